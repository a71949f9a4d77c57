/** The commands that ask a book: what they are called, and what they take. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseInteger } from '../feeds/reading/csv.ts';
import { parseEvery } from './books/market-calendar.ts';
import { book, imbalance, spread } from './depth-series.ts';
import { diff } from './diff-report.ts';
import { order, queue } from './looks.ts';
import { bars, fills, trades } from './series.ts';

/** Adds the questions to the command line of the order book. */
export function addQuestions(root: Command): void {
  ranged(root.command('order'))
    .description('the life of one order: its place in the queue, whom it traded with, how it ended')
    .argument('<book>', BOOK)
    .argument('<id>', 'the id of the order')
    .addOption(new Option('--life <number>', 'only this life of an id that came back; default all').argParser(positive))
    .action(order);
  rows(ranged(root.command('trades')))
    .description('every trade of a book, prints of hidden orders too')
    .argument('<book>', BOOK)
    .action(trades);
  rows(ranged(root.command('bars')))
    .description('open, high, low, close, volume and average price of each interval')
    .argument('<book>', BOOK)
    .addOption(every().default(60_000, '1m'))
    .option('--fill', 'also the intervals without trades between others, at the last close')
    .action(bars);
  rows(depth(ranged(root.command('book'))))
    .description('the best levels at the end of each interval')
    .argument('<book>', BOOK)
    .addOption(every().default(1_000, '1s'))
    .action(book);
  rows(ranged(root.command('spread')))
    .description('best bid, best ask and spread at each change; in the end, the spread weighted with time')
    .argument('<book>', BOOK)
    .addOption(every('at the end of each interval instead'))
    .action(spread);
  rows(depth(ranged(root.command('imbalance'))))
    .description('what rests on the best levels of each side, now, or over time with --every')
    .argument('<book>', BOOK)
    .addOption(every('over time: at the end of each interval'))
    .addOption(at().conflicts(['every', 'from', 'to', 'out']))
    .action(imbalance);
  rows(ranged(root.command('fills')))
    .description('what an account traded, with its position')
    .argument('<book>', BOOK)
    .requiredOption('--account <name>', 'the account')
    .action(fills);
  common(root.command('queue'))
    .description('the orders in line at a price, and what is ahead of each')
    .argument('<book>', BOOK)
    .argument('<price>', 'the price, as the other questions show it')
    .addOption(new Option('--side <side>', 'only this side').choices(['buy', 'sell']))
    .addOption(at())
    .action(queue);
  ranged(root.command('diff'))
    .description('where two books differ first, and at the end: two files, or one file at --from and --to')
    .argument('<a>', BOOK)
    .argument('[b]', 'the file of another book')
    .addOption(new Option('--depth <count>', 'only so many of the best levels; default all').argParser(positive))
    .addOption(
      new Option('--by <step>', 'how the events of two files are matched; default time if both know it').choices([
        'time',
        'sequence',
      ]),
    )
    .addOption(
      new Option(
        '--compare <what>',
        'who stands in line, or only how much; default orders where both have them',
      ).choices(['orders', 'levels']),
    )
    .addOption(new Option('--limit <count>', 'how many levels to show; default 20').argParser(positive))
    .action(diff);
}

const BOOK = 'the file of a book';

function common(command: Command): Command {
  return command
    .option('--symbol <symbol>', 'the symbol; needed if the book has several')
    .addOption(new Option('--time <format>', 'how times are shown').choices(['iso', 'ns']).default('iso'))
    .option('--raw', 'prices and sizes as whole numbers, where they are decimals')
    .option('--json', 'print one JSON object, the last line on stdout');
}

function ranged(command: Command): Command {
  return common(command)
    .option('--from <position>', "begin with this sequence or time; a time of day is one of the book's day")
    .option('--to <position>', 'end with this sequence or time');
}

function rows(command: Command): Command {
  return command.option('--out <file>', 'write the rows to this file as CSV; default stdout');
}

function depth(command: Command): Command {
  return command
    .addOption(new Option('--levels <count>', 'how many levels; default 10').argParser(positive))
    .addOption(new Option('--depth <count>', 'the same as --levels').argParser(positive).conflicts('levels'));
}

function at(): Option {
  return new Option('--at <position>', 'after this sequence or time; default now');
}

function every(what = 'the length of an interval, from 1ms to 1d'): Option {
  return new Option('--every <length>', `${what}, such as 500ms, 1s, 5m`).argParser(parseEvery);
}

function positive(text: string): number {
  const value = parseInteger(text);
  if (value !== undefined && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number above 0.');
}
