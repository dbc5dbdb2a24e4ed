/**
 * How lost data is noticed. Redis keeps a copy that PostgreSQL can always give again, so whatever might lack a write
 * is forgotten rather than trusted:
 *
 * - *Database.* The keys of each database have its identity in their names: programs of different databases work side by
 *   side under one prefix. It is the hash tag, too, so that in a cluster all of them lie on one node.
 * - *Generation.* One key names the server that the data was written on (its run id and replication id, new with every
 *   start and every promotion). Each script compares it in the same step as its work. Where it differs - restart from an
 *   older dump, a replica promoted, FLUSHALL - a new generation begins: no day is built, no answer is kept.
 * - *Own writes.* Each program tells on which server its last write went through. If that was another one, for example
 *   the far side of a network split, a new generation begins too: the present server may lack that write.
 * - *Whole days.* The head of a day counts the rows of each of its four hashes. A hash that was evicted, deleted or cut
 *   has another count, and the whole day is dropped. A lost head is a day that is not built.
 * - *Foreign values.* A key of ours that holds another kind of value, or a value that cannot be read, is a lost one.
 *
 * A day that is not built is built from PostgreSQL by whoever asks for it next. The read model holds a bounded number of
 * days; what nothing writes or reads for 30 days expires, such as the keys of a database that is gone.
 *
 * Versions are compared as numbers (doubles, exact to 2^53); measures are text that Lua never looks into.
 */
export const luaPrelude = `
local prefix, token, wroteOn = ARGV[1], ARGV[2], ARGV[3]
local daysKey = prefix .. 'days'
local UNUSED_SECONDS = 2592000

-- What holds another kind of value than ours goes.
local function read(command, key, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) ~= 'table' or not reply.err then return reply end
  if not string.find(reply.err, 'WRONGTYPE', 1, true) then error(reply) end
  redis.call('UNLINK', key)
  return redis.call(command, key, ...)
end

local function headKey(day) return prefix .. 'day:' .. day end
local function familyKey(day, family) return prefix .. 'day:' .. day .. ':' .. family end

local function drop(day)
  redis.call('UNLINK', headKey(day), familyKey(day, 1), familyKey(day, 2), familyKey(day, 3), familyKey(day, 4))
  redis.call('ZREM', daysKey, day)
end

local function dropAll()
  for _, day in ipairs(redis.call('ZRANGE', daysKey, 0, -1)) do drop(day) end
  redis.call('UNLINK', daysKey)
end

local server = (string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or '') .. ':'
  .. (string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or '')
local known = read('HMGET', KEYS[1], 'server', 'generation')
read('ZCARD', daysKey)
local generation = known[2]
if known[1] ~= server or not generation or (wroteOn ~= '' and wroteOn ~= server) then
  generation = token
  dropAll()
  redis.call('HSET', KEYS[1], 'server', server, 'generation', generation)
  redis.call('EXPIRE', KEYS[1], UNUSED_SECONDS)
end
`;
