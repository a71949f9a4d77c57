/** What commands on keys, channels, transactions and scripts do: name; complexity; arguments; summary. `notation.ts` reads the arguments. */
export const KEYS_DOCS: string = `
copy ; O(N) ; source:k destination:k1 destination-db:i=DB? replace!REPLACE? ; Copies a value to another key.
del ; O(N) ; key:k* ; Deletes keys.
dump ; O(1) ; key:k ; Gives a value as bytes that RESTORE reads.
exists ; O(N) ; key:k* ; Counts the keys that exist.
expire ; O(1) ; key:k seconds:i condition:(nx!NX|xx!XX|gt!GT|lt!LT)?@7.0.0 ; Lets a key expire after seconds.
expireat ; O(1) ; key:k unix-time-seconds:t condition:(nx!NX|xx!XX|gt!GT|lt!LT)?@7.0.0 ; Lets a key expire at a time in seconds.
expiretime ; O(1) ; key:k ; Gets the time at which a key expires, in seconds.
keys ; O(N) ; pattern:p ; Finds keys by a pattern.
migrate ; O(N) ; host port:i key_or_empty_string:(key:k|empty_string!) destination-db:i timeout:i copy!COPY?@3.0.0 replace!REPLACE?@3.0.0 authentication:(password=AUTH?@4.0.7|username_password:[username password]=AUTH2?@6.0.0)? key:k1=KEYS*?@3.0.6 ; Moves keys to another server.
move ; O(1) ; key:k db:i ; Moves a key to another database.
object ;  ;  ; Facts about values.
object|encoding ; O(1) ; key:k ; Tells how Redis would keep a value.
object|freq ; O(1) ; key:k ; Tells how often a key is used.
object|help ; O(1) ;  ; Lists the subcommands.
object|idletime ; O(1) ; key:k ; Tells how long a key was not used.
object|refcount ; O(1) ; key:k ; Counts the references to a value.
persist ; O(1) ; key:k ; Lets a key never expire.
pexpire ; O(1) ; key:k milliseconds:i condition:(nx!NX|xx!XX|gt!GT|lt!LT)?@7.0.0 ; Lets a key expire after milliseconds.
pexpireat ; O(1) ; key:k unix-time-milliseconds:t condition:(nx!NX|xx!XX|gt!GT|lt!LT)?@7.0.0 ; Lets a key expire at a time in milliseconds.
pexpiretime ; O(1) ; key:k ; Gets the time at which a key expires, in milliseconds.
pttl ; O(1) ; key:k ; Gets the time until a key expires, in milliseconds.
randomkey ; O(1) ;  ; Gets a random key.
rename ; O(1) ; key:k newkey:k1 ; Renames a key, and replaces what was there.
renamenx ; O(1) ; key:k newkey:k1 ; Renames a key if the new name is free.
restore ; O(1) ; key:k ttl:i serialized-value replace!REPLACE?@3.0.0 absttl!ABSTTL?@5.0.0 seconds:i=IDLETIME?@5.0.0 frequency:i=FREQ?@5.0.0 ; Makes a key from the bytes of DUMP.
scan ; O(1) ; cursor:i pattern:p=MATCH? count:i=COUNT? type=TYPE?@6.0.0 ; Walks over the keys of the database.
sort ; O(N+M*log(M)) ; key:k pattern:p1=BY? offset_count:[offset:i count:i]=LIMIT? pattern:p1=GET*+? order:(asc!ASC|desc!DESC)? sorting!ALPHA? destination:k2=STORE? ; Sorts a list or a set, and may store the result.
sort_ro ; O(N+M*log(M)) ; key:k pattern:p1=BY? offset_count:[offset:i count:i]=LIMIT? pattern:p1=GET*+? order:(asc!ASC|desc!DESC)? sorting!ALPHA? ; Sorts a list or a set.
touch ; O(N) ; key:k* ; Marks keys as used.
ttl ; O(1) ; key:k ; Gets the time until a key expires, in seconds.
type ; O(1) ; key:k ; Gets the type of a value.
unlink ; O(1) ; key:k* ; Deletes keys.
wait ; O(1) ; numreplicas:i timeout:i ; Waits until replicas have the writes of this connection.
psubscribe ; O(N) ; pattern:[pattern:p]* ; Listens to channels by pattern.
publish ; O(N+M) ; channel message ; Sends a message to a channel.
pubsub ;  ;  ; Channels and their subscribers.
pubsub|channels ; O(N) ; pattern:p? ; Lists channels that have subscribers.
pubsub|help ; O(1) ;  ; Lists the subcommands.
pubsub|numpat ; O(1) ;  ; Counts the patterns that are subscribed to.
pubsub|numsub ; O(N) ; channel*? ; Counts the subscribers of channels.
pubsub|shardchannels ; O(N) ; pattern:p? ; Lists shard channels that have subscribers.
pubsub|shardnumsub ; O(N) ; shardchannel*? ; Counts the subscribers of shard channels.
punsubscribe ; O(N+M) ; pattern:p*? ; Stops listening by pattern.
spublish ; O(N) ; shardchannel message ; Sends a message to a shard channel.
ssubscribe ; O(N) ; shardchannel* ; Listens to shard channels.
subscribe ; O(N) ; channel* ; Listens to channels.
sunsubscribe ; O(N) ; shardchannel*? ; Stops listening to shard channels.
unsubscribe ; O(N) ; channel*? ; Stops listening to channels.
discard ; O(N) ;  ; Forgets a transaction.
exec ;  ;  ; Runs a transaction.
multi ; O(1) ;  ; Begins a transaction.
unwatch ; O(1) ;  ; Forgets the watched keys.
waitaof ; O(1) ; numlocal:i numreplicas:i timeout:i ; Waits until the writes of this connection are on disk.
watch ; O(1) ; key:k* ; Watches keys until EXEC.
eval ;  ; script numkeys:i key:k*? arg*? ; Runs a script.
eval_ro ;  ; script numkeys:i key:k*? arg*? ; Runs a script that only reads.
evalsha ;  ; sha1 numkeys:i key:k*? arg*? ; Runs a script by its hash.
evalsha_ro ;  ; sha1 numkeys:i key:k*? arg*? ; Runs a script that only reads, by its hash.
fcall ;  ; function numkeys:i key:k*? arg*? ; Calls a function.
fcall_ro ;  ; function numkeys:i key:k*? arg*? ; Calls a function that only reads.
function ;  ;  ; Libraries of functions.
function|delete ; O(1) ; library-name ; Deletes a library.
function|dump ; O(N) ;  ; Gives all libraries as bytes.
function|flush ; O(N) ; async:(async!ASYNC|sync!SYNC)? ; Deletes all libraries.
function|help ; O(1) ;  ; Lists the subcommands.
function|kill ; O(1) ;  ; Stops a function that runs.
function|list ; O(N) ; library-name-pattern=LIBRARYNAME? withcode!WITHCODE? ; Lists the libraries.
function|load ; O(1) ; replace!REPLACE? function-code ; Adds a library.
function|restore ; O(N) ; serialized-value policy:(flush!FLUSH|append!APPEND|replace!REPLACE)? ; Adds libraries from bytes.
function|stats ; O(1) ;  ; Tells which function runs.
script ;  ;  ; Scripts that the server knows.
script|debug ; O(1) ; mode:(yes!YES|sync!SYNC|no!NO) ; Sets how scripts are debugged.
script|exists ; O(N) ; sha1* ; Tells which scripts the server knows.
script|flush ; O(N) ; async:(async!ASYNC|sync!SYNC)?@6.2.0 ; Forgets all scripts.
script|help ; O(1) ;  ; Lists the subcommands.
script|kill ; O(1) ;  ; Stops a script that runs.
script|load ; O(N) ; script ; Teaches the server a script.
`;
