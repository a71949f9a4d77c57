/** What commands on sorted sets, places and streams do: name; complexity; arguments; summary. `notation.ts` reads the arguments. */
export const SORTED_DOCS: string = `
bzmpop ; O(K) ; timeout:d numkeys:i key:k* where:(min!MIN|max!MAX) count:i=COUNT? ; Takes members from the first sorted set that has some, and waits for it.
bzpopmax ; O(log(N)) ; key:k* timeout:d ; Takes the member with the highest score, and waits for one.
bzpopmin ; O(log(N)) ; key:k* timeout:d ; Takes the member with the lowest score, and waits for one.
zadd ; O(log(N)) ; key:k condition:(nx!NX|xx!XX)?@3.0.2 comparison:(gt!GT|lt!LT)?@6.2.0 change!CH?@3.0.2 increment!INCR?@3.0.2 score_member:[score:d member]* ; Adds members to a sorted set, or changes their scores.
zcard ; O(1) ; key:k ; Counts the members of a sorted set.
zcount ; O(log(N)) ; key:k min:d max:d ; Counts the members within a range of scores.
zdiff ; O(L + (N-K)log(N)) ; numkeys:i key:k* withscores!WITHSCORES? ; Gets the members of the first sorted set that no other has.
zdiffstore ; O(L + (N-K)log(N)) ; destination:k numkeys:i key:k1* ; Stores the members of the first sorted set that no other has.
zincrby ; O(log(N)) ; key:k increment:i member ; Adds to the score of a member.
zinter ; O(N*K) ; numkeys:i key:k* weight:i=WEIGHTS*? aggregate:(sum!SUM|min!MIN|max!MAX)=AGGREGATE? withscores!WITHSCORES? ; Gets the members that all sorted sets have.
zintercard ; O(N*K) ; numkeys:i key:k* limit:i=LIMIT? ; Counts the members that all sorted sets have.
zinterstore ; O(N*K) ; destination:k numkeys:i key:k1* weight:i=WEIGHTS*? aggregate:(sum!SUM|min!MIN|max!MAX)=AGGREGATE? ; Stores the members that all sorted sets have.
zlexcount ; O(log(N)) ; key:k min max ; Counts the members within a range of names.
zmpop ; O(K) ; numkeys:i key:k* where:(min!MIN|max!MAX) count:i=COUNT? ; Takes members from the first sorted set that has some.
zmscore ; O(N) ; key:k member* ; Gets the scores of several members.
zpopmax ; O(log(N)*M) ; key:k count:i? ; Takes the members with the highest scores.
zpopmin ; O(log(N)*M) ; key:k count:i? ; Takes the members with the lowest scores.
zrandmember ; O(N) ; key:k options:[count:i withscores!WITHSCORES?]? ; Gets random members of a sorted set.
zrange ; O(log(N)+M) ; key:k start stop sortby:(byscore!BYSCORE|bylex!BYLEX)?@6.2.0 rev!REV?@6.2.0 offset_count:[offset:i count:i]=LIMIT?@6.2.0 withscores!WITHSCORES? ; Gets a range of members by index, score or name.
zrangebylex ; O(log(N)+M) ; key:k min max offset_count:[offset:i count:i]=LIMIT? ; Gets a range of members by name.
zrangebyscore ; O(log(N)+M) ; key:k min:d max:d withscores!WITHSCORES?@2.0.0 offset_count:[offset:i count:i]=LIMIT? ; Gets a range of members by score.
zrangestore ; O(log(N)+M) ; dst:k src:k1 min max sortby:(byscore!BYSCORE|bylex!BYLEX)? rev!REV? offset_count:[offset:i count:i]=LIMIT? ; Stores a range of members.
zrank ; O(log(N)) ; key:k member ; Gets the index of a member.
zrem ; O(M*log(N)) ; key:k member* ; Deletes members of a sorted set.
zremrangebylex ; O(log(N)+M) ; key:k min max ; Deletes a range of members by name.
zremrangebyrank ; O(log(N)+M) ; key:k start:i stop:i ; Deletes a range of members by index.
zremrangebyscore ; O(log(N)+M) ; key:k min:d max:d ; Deletes a range of members by score.
zrevrange ; O(log(N)+M) ; key:k start:i stop:i withscores!WITHSCORES? ; Gets a range of members by index from the end.
zrevrangebylex ; O(log(N)+M) ; key:k max min offset_count:[offset:i count:i]=LIMIT? ; Gets a range of members by name from the end.
zrevrangebyscore ; O(log(N)+M) ; key:k max:d min:d withscores!WITHSCORES? offset_count:[offset:i count:i]=LIMIT? ; Gets a range of members by score from the end.
zrevrank ; O(log(N)) ; key:k member ; Gets the index of a member from the end.
zscan ; O(1) ; key:k cursor:i pattern:p=MATCH? count:i=COUNT? ; Walks over the members of a sorted set.
zscore ; O(1) ; key:k member ; Gets the score of a member.
zunion ; O(N) ; numkeys:i key:k* weight:i=WEIGHTS*? aggregate:(sum!SUM|min!MIN|max!MAX)=AGGREGATE? withscores!WITHSCORES? ; Gets the members of all sorted sets.
zunionstore ; O(N) ; destination:k numkeys:i key:k1* weight:i=WEIGHTS*? aggregate:(sum!SUM|min!MIN|max!MAX)=AGGREGATE? ; Stores the members of all sorted sets.
geoadd ; O(log(N)) ; key:k condition:(nx!NX|xx!XX)?@6.2.0 change!CH?@6.2.0 longitude_latitude_member:[longitude:d latitude:d member]* ; Adds places with their coordinates.
geodist ; O(log(N)) ; key:k member1 member2 unit:(m!M|km!KM|ft!FT|mi!MI)? ; Measures the distance between two places.
geohash ; O(log(N)) ; key:k member* ; Gives places as geohash text.
geopos ; O(N) ; key:k member* ; Gets the coordinates of places.
georadius ; O(N+log(M)) ; key:k longitude:d latitude:d radius:d unit:(m!M|km!KM|ft!FT|mi!MI) withcoord!WITHCOORD? withdist!WITHDIST? withhash!WITHHASH? count:[count:i=COUNT any!ANY?@6.2.0]? order:(asc!ASC|desc!DESC)? key:k1=STORE? key:k2=STOREDIST? ; Finds places around a point, and may store them.
georadius_ro ; O(N+log(M)) ; key:k longitude:d latitude:d radius:d unit:(m!M|km!KM|ft!FT|mi!MI) withcoord!WITHCOORD? withdist!WITHDIST? withhash!WITHHASH? count:[count:i=COUNT any!ANY?@6.2.0]? order:(asc!ASC|desc!DESC)? ; Finds places around a point.
georadiusbymember ; O(N+log(M)) ; key:k member radius:d unit:(m!M|km!KM|ft!FT|mi!MI) withcoord!WITHCOORD? withdist!WITHDIST? withhash!WITHHASH? count:[count:i=COUNT any!ANY?]? order:(asc!ASC|desc!DESC)? key:k1=STORE? key:k2=STOREDIST? ; Finds places around a place, and may store them.
georadiusbymember_ro ; O(N+log(M)) ; key:k member radius:d unit:(m!M|km!KM|ft!FT|mi!MI) withcoord!WITHCOORD? withdist!WITHDIST? withhash!WITHHASH? count:[count:i=COUNT any!ANY?]? order:(asc!ASC|desc!DESC)? ; Finds places around a place.
geosearch ; O(N+log(M)) ; key:k from:(member=FROMMEMBER|longitude_latitude:[longitude:d latitude:d]=FROMLONLAT) by:(circle:[radius:d=BYRADIUS unit:(m!M|km!KM|ft!FT|mi!MI)]|box:[width:d=BYBOX height:d unit:(m!M|km!KM|ft!FT|mi!MI)]) order:(asc!ASC|desc!DESC)? count:[count:i=COUNT any!ANY?]? withcoord!WITHCOORD? withdist!WITHDIST? withhash!WITHHASH? ; Finds places within a circle or a box.
geosearchstore ; O(N+log(M)) ; destination:k source:k1 from:(member=FROMMEMBER|longitude_latitude:[longitude:d latitude:d]=FROMLONLAT) by:(circle:[radius:d=BYRADIUS unit:(m!M|km!KM|ft!FT|mi!MI)]|box:[width:d=BYBOX height:d unit:(m!M|km!KM|ft!FT|mi!MI)]) order:(asc!ASC|desc!DESC)? count:[count:i=COUNT any!ANY?]? storedist!STOREDIST? ; Stores the places within a circle or a box.
xack ; O(1) ; key:k group id* ; Marks entries as done for a consumer group.
xadd ; O(1) ; key:k nomkstream!NOMKSTREAM?@6.2.0 trim:[strategy:(maxlen!MAXLEN|minid!MINID@6.2.0) operator:(equal!=|approximately!~)? threshold count:i=LIMIT?@6.2.0]? id_or_auto:(auto_id!*|id) field_value:[field value]* ; Adds an entry to a stream.
xautoclaim ; O(1) ; key:k group consumer min-idle-time start count:i=COUNT? justid!JUSTID? ; Takes over old entries of other consumers, found by a walk.
xclaim ; O(log N) ; key:k group consumer min-idle-time id* ms:i=IDLE? unix-time-milliseconds:t=TIME? count:i=RETRYCOUNT? force!FORCE? justid!JUSTID? id=LASTID? ; Takes over entries of other consumers.
xdel ; O(1) ; key:k id* ; Deletes entries of a stream.
xgroup ;  ;  ; Consumer groups.
xgroup|create ; O(1) ; key:k groupname id:(id|new_id!$) mkstream!MKSTREAM? entries_read:i=ENTRIESREAD? ; Makes a consumer group.
xgroup|createconsumer ; O(1) ; key:k groupname consumername ; Makes a consumer.
xgroup|delconsumer ; O(1) ; key:k groupname consumername ; Deletes a consumer.
xgroup|destroy ; O(N) ; key:k groupname ; Deletes a consumer group.
xgroup|help ; O(1) ;  ; Lists the subcommands.
xgroup|setid ; O(1) ; key:k groupname id:(id|new_id!$) entries_read:i=ENTRIESREAD? ; Sets what a consumer group reads next.
xinfo ;  ;  ; Facts about streams.
xinfo|consumers ; O(1) ; key:k groupname ; Tells facts about the consumers of a group.
xinfo|groups ; O(1) ; key:k ; Tells facts about the groups of a stream.
xinfo|help ; O(1) ;  ; Lists the subcommands.
xinfo|stream ; O(1) ; key:k full:[count:i=COUNT?]=FULL? ; Tells facts about a stream.
xlen ; O(1) ; key:k ; Counts the entries of a stream.
xpending ; O(N) ; key:k group filters:[min-idle-time:i=IDLE?@6.2.0 start end count:i consumer?]? ; Tells which entries a group has read and not acknowledged.
xrange ; O(N) ; key:k start end count:i=COUNT? ; Gets a range of entries.
xread ;  ; count:i=COUNT? milliseconds:i=BLOCK? streams:[key:k* id*]=STREAMS ; Reads new entries of streams, and may wait for them.
xreadgroup ;  ; group_consumer:[group consumer]=GROUP count:i=COUNT? milliseconds:i=BLOCK? noack!NOACK? streams:[key:k* id*]=STREAMS ; Reads entries of streams as a consumer of a group, and may wait for them.
xrevrange ; O(N) ; key:k end start count:i=COUNT? ; Gets a range of entries from the end.
xsetid ; O(1) ; key:k last-id entries_added:i=ENTRIESADDED?@7.0.0 max_deleted_entry_id=MAXDELETEDID?@7.0.0 ; Sets the last id of a stream.
xtrim ; O(N) ; key:k trim:[strategy:(maxlen!MAXLEN|minid!MINID@6.2.0) operator:(equal!=|approximately!~)? threshold count:i=LIMIT?@6.2.0] ; Deletes old entries of a stream.
`;
