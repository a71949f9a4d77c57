/** What commands on strings, lists, hashes, sets, bitmaps and HyperLogLogs do: name; complexity; arguments; summary. `notation.ts` reads the arguments. */
export const DATA_DOCS: string = `
append ; O(1) ; key:k value ; Adds bytes to the end of a string.
decr ; O(1) ; key:k ; Subtracts 1 from an integer.
decrby ; O(1) ; key:k decrement:i ; Subtracts a number from an integer.
get ; O(1) ; key:k ; Gets a string.
getdel ; O(1) ; key:k ; Gets a string, and deletes its key.
getex ; O(1) ; key:k expiration:(seconds:i=EX|milliseconds:i=PX|unix-time-seconds:t=EXAT|unix-time-milliseconds:t=PXAT|persist!PERSIST)? ; Gets a string, and changes when its key expires.
getrange ; O(N) ; key:k start:i end:i ; Gets a part of a string.
getset ; O(1) ; key:k value ; Replaces a string, and gives the old one.
incr ; O(1) ; key:k ; Adds 1 to an integer.
incrby ; O(1) ; key:k increment:i ; Adds a number to an integer.
incrbyfloat ; O(1) ; key:k increment:d ; Adds a number to a number.
lcs ; O(N*M) ; key1:k key2:k len!LEN? idx!IDX? len:i=MINMATCHLEN? withmatchlen!WITHMATCHLEN? ; Finds the longest common subsequence of two strings.
mget ; O(N) ; key:k* ; Gets several strings.
mset ; O(N) ; key_value:[key:k value]* ; Sets several strings.
msetnx ; O(N) ; key_value:[key:k value]* ; Sets several strings if none of the keys exists.
psetex ; O(1) ; key:k milliseconds:i value ; Sets a string that expires after milliseconds.
set ; O(1) ; key:k value condition:(nx!NX|xx!XX)?@2.6.12 get!GET?@6.2.0 expiration:(seconds:i=EX@2.6.12|milliseconds:i=PX@2.6.12|unix-time-seconds:t=EXAT@6.2.0|unix-time-milliseconds:t=PXAT@6.2.0|keepttl!KEEPTTL@6.0.0)? ; Sets a string.
setex ; O(1) ; key:k seconds:i value ; Sets a string that expires after seconds.
setnx ; O(1) ; key:k value ; Sets a string if its key does not exist.
setrange ; O(1) ; key:k offset:i value ; Overwrites a part of a string.
strlen ; O(1) ; key:k ; Measures a string.
substr ; O(N) ; key:k start:i end:i ; Gets a part of a string.
blmove ; O(1) ; source:k destination:k1 wherefrom:(left!LEFT|right!RIGHT) whereto:(left!LEFT|right!RIGHT) timeout:d ; Moves an element between lists, and waits for one.
blmpop ; O(N+M) ; timeout:d numkeys:i key:k* where:(left!LEFT|right!RIGHT) count:i=COUNT? ; Takes elements from the first list that has some, and waits for it.
blpop ; O(N) ; key:k* timeout:d ; Takes the first element of a list, and waits for one.
brpop ; O(N) ; key:k* timeout:d ; Takes the last element of a list, and waits for one.
brpoplpush ; O(1) ; source:k destination:k1 timeout:d ; Moves the last element of a list to the front of another, and waits for one.
lindex ; O(N) ; key:k index:i ; Gets an element by its index.
linsert ; O(N) ; key:k where:(before!BEFORE|after!AFTER) pivot element ; Inserts an element beside another.
llen ; O(1) ; key:k ; Counts the elements of a list.
lmove ; O(1) ; source:k destination:k1 wherefrom:(left!LEFT|right!RIGHT) whereto:(left!LEFT|right!RIGHT) ; Moves an element between lists.
lmpop ; O(N+M) ; numkeys:i key:k* where:(left!LEFT|right!RIGHT) count:i=COUNT? ; Takes elements from the first list that has some.
lpop ; O(N) ; key:k count:i?@6.2.0 ; Takes elements from the front of a list.
lpos ; O(N) ; key:k element rank:i=RANK? num-matches:i=COUNT? len:i=MAXLEN? ; Finds the index of an element.
lpush ; O(1) ; key:k element* ; Adds elements to the front of a list.
lpushx ; O(1) ; key:k element* ; Adds elements to the front of a list that exists.
lrange ; O(S+N) ; key:k start:i stop:i ; Gets a range of elements.
lrem ; O(N+M) ; key:k count:i element ; Deletes elements that are equal to a value.
lset ; O(N) ; key:k index:i element ; Replaces an element by its index.
ltrim ; O(N) ; key:k start:i stop:i ; Keeps a range of elements only.
rpop ; O(N) ; key:k count:i?@6.2.0 ; Takes elements from the end of a list.
rpoplpush ; O(1) ; source:k destination:k1 ; Moves the last element of a list to the front of another.
rpush ; O(1) ; key:k element* ; Adds elements to the end of a list.
rpushx ; O(1) ; key:k element* ; Adds elements to the end of a list that exists.
hdel ; O(N) ; key:k field* ; Deletes fields of a hash.
hexists ; O(1) ; key:k field ; Tells whether a hash has a field.
hget ; O(1) ; key:k field ; Gets a field of a hash.
hgetall ; O(N) ; key:k ; Gets all fields and values of a hash.
hincrby ; O(1) ; key:k field increment:i ; Adds to the integer in a field.
hincrbyfloat ; O(1) ; key:k field increment:d ; Adds to the number in a field.
hkeys ; O(N) ; key:k ; Gets the fields of a hash.
hlen ; O(1) ; key:k ; Counts the fields of a hash.
hmget ; O(N) ; key:k field* ; Gets several fields of a hash.
hmset ; O(N) ; key:k field_value:[field value]* ; Sets several fields of a hash.
hrandfield ; O(N) ; key:k options:[count:i withvalues!WITHVALUES?]? ; Gets random fields of a hash.
hscan ; O(1) ; key:k cursor:i pattern:p=MATCH? count:i=COUNT? ; Walks over the fields of a hash.
hset ; O(1) ; key:k field_value:[field value]* ; Sets fields of a hash.
hsetnx ; O(1) ; key:k field value ; Sets a field that does not exist.
hstrlen ; O(1) ; key:k field ; Measures the value of a field.
hvals ; O(N) ; key:k ; Gets the values of a hash.
sadd ; O(1) ; key:k member* ; Adds members to a set.
scard ; O(1) ; key:k ; Counts the members of a set.
sdiff ; O(N) ; key:k* ; Gets the members of the first set that no other has.
sdiffstore ; O(N) ; destination:k key:k1* ; Stores the members of the first set that no other has.
sinter ; O(N*M) ; key:k* ; Gets the members that all sets have.
sintercard ; O(N*M) ; numkeys:i key:k* limit:i=LIMIT? ; Counts the members that all sets have.
sinterstore ; O(N*M) ; destination:k key:k1* ; Stores the members that all sets have.
sismember ; O(1) ; key:k member ; Tells whether a set has a member.
smembers ; O(N) ; key:k ; Gets the members of a set.
smismember ; O(N) ; key:k member* ; Tells which members a set has.
smove ; O(1) ; source:k destination:k1 member ; Moves a member to another set.
spop ;  ; key:k count:i?@3.2.0 ; Takes random members of a set.
srandmember ;  ; key:k count:i?@2.6.0 ; Gets random members of a set.
srem ; O(N) ; key:k member* ; Deletes members of a set.
sscan ; O(1) ; key:k cursor:i pattern:p=MATCH? count:i=COUNT? ; Walks over the members of a set.
sunion ; O(N) ; key:k* ; Gets the members of all sets.
sunionstore ; O(N) ; destination:k key:k1* ; Stores the members of all sets.
bitcount ; O(N) ; key:k index:[start:i end:i index_unit:(byte!BYTE|bit!BIT)?@7.0.0]? ; Counts the bits that are set.
bitfield ; O(1) ; key:k operation:(encoding_offset:[encoding offset:i]=GET|write:[wrap_sat_fail:(wrap!WRAP|sat!SAT|fail!FAIL)=OVERFLOW? write_operation:(encoding_offset_value:[encoding offset:i value:i]=SET|encoding_offset_increment:[encoding offset:i increment:i]=INCRBY)])*? ; Reads and changes integers of any width in a string.
bitfield_ro ; O(1) ; key:k encoding_offset:[encoding offset:i]=GET*+? ; Reads integers of any width in a string.
bitop ; O(N) ; operation destkey:k key:k1* ; Combines strings bit by bit, and stores the result.
bitpos ; O(N) ; key:k bit:i index:[start:i end_index:[end:i index_unit:(byte!BYTE|bit!BIT)?@7.0.0]?]? ; Finds the first bit that is set or clear.
getbit ; O(1) ; key:k offset:i ; Gets one bit of a string.
setbit ; O(1) ; key:k offset:i value:i ; Changes one bit of a string.
pfadd ; O(1) ; key:k element*? ; Adds elements to a HyperLogLog.
pfcount ; O(1) ; key:k* ; Estimates how many different elements were added.
pfdebug ;  ; subcommand key:k ; Looks inside a HyperLogLog.
pfmerge ; O(N) ; destkey:k sourcekey:k1* ; Merges HyperLogLogs.
pfselftest ;  ;  ; Checks the HyperLogLog code.
`;
