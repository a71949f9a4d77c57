/** What commands on connections and the server do: name; complexity; arguments; summary. `notation.ts` reads the arguments. */
export const SERVER_DOCS: string = `
acl ;  ;  ; Users, and what they may do.
acl|cat ; O(1) ; categoryname? ; Lists the categories of commands, or the commands of one.
acl|deluser ; O(1) ; username* ; Deletes users, and closes their connections.
acl|dryrun ; O(1) ; username command arg*? ; Tells whether a user may run a request.
acl|genpass ; O(1) ; bits:i? ; Makes a random password.
acl|getuser ; O(N) ; username ; Tells what a user may do.
acl|help ; O(1) ;  ; Lists the subcommands.
acl|list ; O(N) ;  ; Lists all users with their rules.
acl|load ; O(N) ;  ; Reads the ACL file again.
acl|log ; O(N) ; operation:(count:i|reset!RESET)? ; Lists what users were not allowed to do.
acl|save ; O(N) ;  ; Writes the ACL file.
acl|setuser ; O(N) ; username rule*? ; Makes or changes a user.
acl|users ; O(N) ;  ; Lists the names of all users.
acl|whoami ; O(1) ;  ; Tells the user of this connection.
bgrewriteaof ; O(1) ;  ; Takes a snapshot, and drops history that is not wanted.
bgsave ; O(1) ; schedule!SCHEDULE?@3.2.2 ; Takes a snapshot in the background.
command ; O(N) ;  ; Tells facts about all commands.
command|count ; O(1) ;  ; Counts the commands.
command|docs ; O(N) ; command-name*? ; Tells what commands do, and their arguments.
command|getkeys ; O(N) ;  ; Finds the keys of a request.
command|getkeysandflags ; O(N) ;  ; Finds the keys of a request, and how they are used.
command|help ; O(1) ;  ; Lists the subcommands.
command|info ; O(N) ; command-name*? ; Tells facts about commands.
command|list ; O(N) ; filterby:(module-name=MODULE|category=ACLCAT|pattern:p=PATTERN)=FILTERBY? ; Lists the names of commands.
config ;  ;  ; The parameters of the server.
config|get ; O(N) ; parameter:[parameter]* ; Gets the values of parameters.
config|help ; O(1) ;  ; Lists the subcommands.
config|resetstat ; O(1) ;  ; Sets the counters of INFO to zero.
config|rewrite ; O(1) ;  ; Writes the parameters into the configuration file.
config|set ; O(N) ; parameter_value:[parameter value]* ; Changes parameters.
dbsize ; O(1) ;  ; Counts the keys of the database.
debug ;  ;  ; Looks inside the server, for tests.
flushall ; O(N) ; async:(async!ASYNC@4.0.0|sync!SYNC@6.2.0)? ; Deletes the keys of all databases.
flushdb ; O(N) ; async:(async!ASYNC@4.0.0|sync!SYNC@6.2.0)? ; Deletes the keys of the database.
failover ; O(1) ; target:[host port:i force!FORCE?]=TO? abort!ABORT? milliseconds:i=TIMEOUT? ; Lets a replica take over. This server cannot have one.
info ; O(1) ; section*? ; Tells facts about the server.
lastsave ; O(1) ;  ; Gets the time of the last snapshot.
latency ;  ;  ; Moments at which the server was slow.
latency|doctor ; O(1) ;  ; Reports on slow moments for people.
latency|graph ; O(1) ; event ; Draws the samples of an event.
latency|help ; O(1) ;  ; Lists the subcommands.
latency|histogram ; O(N) ; command*? ; Tells how long commands take.
latency|history ; O(1) ; event ; Gets the samples of an event.
latency|latest ; O(1) ;  ; Gets the newest sample of each event.
latency|reset ; O(1) ; event*? ; Forgets samples.
lolwut ;  ; version:i=VERSION? ; Draws a picture, and tells the version.
memory ;  ;  ; Memory of the server.
memory|doctor ; O(1) ;  ; Reports on memory for people.
memory|help ; O(1) ;  ; Lists the subcommands.
memory|malloc-stats ;  ;  ; Tells facts of the allocator.
memory|purge ;  ;  ; Asks the allocator to give memory back.
memory|stats ; O(1) ;  ; Tells what takes memory.
memory|usage ; O(N) ; key:k count:i=SAMPLES? ; Estimates the memory of a key.
module ;  ;  ; Modules, which this server does not have.
module|help ; O(1) ;  ; Lists the subcommands.
module|list ; O(N) ;  ; Lists the modules.
module|load ; O(1) ; path arg*? ; Adds a module.
module|loadex ; O(1) ; path configs:[name value]=CONFIG*+? args:[arg]=ARGS*? ; Adds a module with parameters.
module|unload ; O(1) ; name ; Removes a module.
monitor ;  ;  ; Shows every command that the server runs.
module ;  ;  ; Modules of the server.
module|help ; O(1) ;  ; Lists the subcommands.
module|list ; O(1) ;  ; Lists modules. The list is empty.
module|load ; O(1) ; path arg*? ; Loads a module. This server cannot have one.
module|loadex ; O(1) ; path configs:[name value]=CONFIG*+? args:[arg]=ARGS*? ; Loads a module. This server cannot have one.
module|unload ; O(1) ; name ; Removes a module. This server cannot have one.
replicaof ; O(1) ; args:(host-port:[host port:i]|no-one:[no!NO last!ONE]) ; Makes the server a replica, or a master again.
role ; O(1) ;  ; Tells the role of the server in replication.
save ; O(N) ;  ; Takes a snapshot.
shutdown ; O(N) ; nosave_save:(nosave!NOSAVE|save!SAVE)? now!NOW?@7.0.0 force!FORCE?@7.0.0 abort!ABORT?@7.0.0 ; Ends the server.
slaveof ; O(1) ; args:(host-port:[host port:i]|no-one:[no!NO last!ONE]) ; Makes the server a replica, or a master again.
slowlog ;  ;  ; Commands that took long.
slowlog|get ; O(N) ; count:i? ; Gets the newest slow commands.
slowlog|help ; O(1) ;  ; Lists the subcommands.
slowlog|len ; O(1) ;  ; Counts the slow commands.
slowlog|reset ; O(N) ;  ; Forgets the slow commands.
swapdb ; O(N) ; index1:i index2:i ; Swaps two databases.
time ; O(1) ;  ; Gets the time of the server.
auth ; O(N) ; username?@6.0.0 password ; Tells the server who the client is.
client ;  ;  ; Connections, and what they want to hear.
client|caching ; O(1) ; mode:(yes!YES|no!NO) ; Says whether the keys of the next command are tracked.
client|getname ; O(1) ;  ; Gets the name of this connection.
client|getredir ; O(1) ;  ; Gets the id of the client that invalidation messages are sent to.
client|help ; O(1) ;  ; Lists the subcommands.
client|id ; O(1) ;  ; Gets the id of this connection.
client|info ; O(1) ;  ; Tells facts about this connection.
client|kill ; O(N) ; filter:(ip:port^2.8.12|new-format:(client-id:i=ID?@2.8.12|normal_master_slave_pubsub:(normal!NORMAL|master!MASTER@3.2.0|slave!SLAVE|replica!REPLICA@5.0.0|pubsub!PUBSUB)=TYPE?@2.8.12|username=USER?|ip:port=ADDR?|ip:port=LADDR?@6.2.0|yes/no=SKIPME?)*) ; Closes connections.
client|list ; O(N) ; normal_master_replica_pubsub:(normal!NORMAL|master!MASTER|replica!REPLICA|pubsub!PUBSUB)=TYPE?@5.0.0 id:[client-id:i*]=ID?@6.2.0 ; Tells facts about the connections.
client|no-evict ; O(1) ; enabled:(on!ON|off!OFF) ; Says whether this connection may be closed to save memory.
client|pause ; O(1) ; timeout:i mode:(write!WRITE|all!ALL)?@6.2.0 ; Lets the commands of all clients wait.
client|reply ; O(1) ; on_off_skip:(on!ON|off!OFF|skip!SKIP) ; Says whether this connection gets replies.
client|setname ; O(1) ; connection-name ; Gives this connection a name.
client|tracking ; O(1) ; status:(on!ON|off!OFF) client-id:i=REDIRECT? prefix=PREFIX*+? bcast!BCAST? optin!OPTIN? optout!OPTOUT? noloop!NOLOOP? ; Turns messages about changed keys on or off.
client|trackinginfo ; O(1) ;  ; Tells what CLIENT TRACKING asked for.
client|unblock ; O(log N) ; client-id:i timeout_error:(timeout!TIMEOUT|error!ERROR)? ; Ends the wait of a client.
client|unpause ; O(N) ;  ; Ends a pause.
echo ; O(1) ; message ; Gives the message back.
hello ; O(1) ; arguments:[protover:i username_password:[username password]=AUTH? clientname=SETNAME?]? ; Chooses the protocol, and tells the server who the client is.
ping ; O(1) ; message? ; Answers.
quit ; O(1) ;  ; Closes the connection.
reset ; O(1) ;  ; Resets the connection.
select ; O(1) ; index:i ; Changes the database of the connection.
asking ; O(1) ; ; Says that the next command is for a slot that moves.
cluster ; ; ; The cluster, which this server does not have.
failover ; O(1) ; target:[host port:i force!FORCE?]=TO? abort!ABORT? milliseconds:i=TIMEOUT? ; Makes a replica the master.
psync ; ; replicationid offset:i ; Begins or continues replication.
readonly ; O(1) ; ; Lets a replica of a cluster serve reads.
readwrite ; O(1) ; ; Takes READONLY back.
replconf ; O(1) ; ; Tells the master facts about a replica.
restore-asking ; O(1) ; key:k ttl:i serialized-value replace!REPLACE?@3.0.0 absttl!ABSTTL?@5.0.0 seconds:i=IDLETIME?@5.0.0 frequency:i=FREQ?@5.0.0 ; As RESTORE, for a slot that moves.
sync ; ; ; Begins replication.
cluster|addslots ; O(N) ; slot:i* ; Takes slots.
cluster|addslotsrange ; O(N) ; start-slot_end-slot:[start-slot:i end-slot:i]* ; Takes ranges of slots.
cluster|bumpepoch ; O(1) ;  ; Raises the epoch.
cluster|count-failure-reports ; O(N) ; node-id ; Counts the reports of a failed node.
cluster|countkeysinslot ; O(1) ; slot:i ; Counts the keys of a slot.
cluster|delslots ; O(N) ; slot:i* ; Gives slots away.
cluster|delslotsrange ; O(N) ; start-slot_end-slot:[start-slot:i end-slot:i]* ; Gives ranges of slots away.
cluster|failover ; O(1) ; options:(force!FORCE|takeover!TAKEOVER)? ; Makes a replica take over.
cluster|flushslots ; O(1) ;  ; Gives all slots away.
cluster|forget ; O(1) ; node-id ; Forgets a node.
cluster|getkeysinslot ; O(log(N)) ; slot:i count:i ; Lists keys of a slot.
cluster|help ; O(1) ;  ; Lists the subcommands.
cluster|info ; O(1) ;  ; Tells facts about the cluster.
cluster|keyslot ; O(N) ; key ; Tells the slot of a key.
cluster|links ; O(N) ;  ; Lists the connections between nodes.
cluster|meet ; O(1) ; ip port:i cluster_bus_port:i?@4.0.0 ; Adds a node.
cluster|myid ; O(1) ;  ; Tells the id of the node.
cluster|nodes ; O(N) ;  ; Lists the nodes.
cluster|replicas ; O(1) ; node-id ; Lists the replicas of a node.
cluster|replicate ; O(1) ; node-id ; Makes the node a replica.
cluster|reset ; O(N) ; hard_soft:(hard!HARD|soft!SOFT)? ; Resets the node.
cluster|saveconfig ; O(1) ;  ; Saves the state of the cluster.
cluster|set-config-epoch ; O(1) ; config-epoch:i ; Sets the epoch.
cluster|setslot ; O(1) ; slot:i subcommand:(node-id=IMPORTING|node-id=MIGRATING|node-id=NODE|stable!STABLE) ; Assigns a slot.
cluster|shards ; O(N) ;  ; Lists the shards.
cluster|slaves ; O(1) ; node-id ; Lists the replicas of a node.
cluster|slots ; O(N) ;  ; Lists the slots and their nodes.
`;
