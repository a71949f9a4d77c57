/** DEBUG PROTOCOL: a value of each type of the protocol, for tests of clients. */
import type { Call } from '../../../calls/call.ts';
import { CommandError } from '../../../calls/errors.ts';
import type { Reply } from '../../../protocol/reply.ts';

/** What Redis gives, and its clients expect: not quite pi. */
const SAMPLE = Number('3.141');

const SAMPLES: { readonly [type: string]: (reply: Reply) => void } = {
  string: (reply) => reply.bulk('Hello World'),
  integer: (reply) => reply.integer(12345),
  double: (reply) => reply.double(SAMPLE),
  bignum: (reply) => reply.bigNumber('1234567999999999999999999999999999999'),
  null: (reply) => reply.null(),
  array: (reply) => {
    reply.array(3);
    for (let value = 0; value < 3; value++) reply.integer(value);
  },
  set: (reply) => {
    reply.set(3);
    for (let value = 0; value < 3; value++) reply.integer(value);
  },
  map: (reply) => {
    reply.map(3);
    for (let value = 0; value < 3; value++) {
      reply.integer(value);
      reply.boolean(value === 1);
    }
  },
  attrib: (reply) => {
    // RESP2 has no attributes, so there the value stands alone.
    if (reply.resp === 3) {
      reply.raw('|1\r\n');
      reply.bulk('key-popularity');
      reply.array(2);
      reply.bulk('key:123');
      reply.integer(90);
    }
    reply.bulk('Some real reply following the attribute');
  },
  push: (reply) => {
    reply.push(2);
    reply.bulk('server-cpu-usage');
    reply.integer(42);
    reply.bulk('Some real reply following the push reply');
  },
  verbatim: (reply) => reply.verbatim('This is a verbatim\nstring'),
  true: (reply) => reply.boolean(true),
  false: (reply) => reply.boolean(false),
};

export function protocolSample({ args, reply }: Call): void {
  const type = args[2]!.toLowerCase();
  if (!Object.hasOwn(SAMPLES, type)) {
    throw new CommandError(
      'ERR Wrong protocol type name. Please use one of the following: ' +
        'string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false',
    );
  }
  if (type === 'push' && reply.resp === 2) {
    throw new CommandError('ERR RESP2 is not supported by this command');
  }
  SAMPLES[type]!(reply);
}
