/**
 * How lost data is noticed. Redis keeps a copy that PostgreSQL can always give again, so whatever might lack a write
 * is forgotten rather than trusted:
 *
 * - *Generation.* One key names the server that the data was written on (its run id and replication id, new with every
 *   start and every promotion) and the database that it was made from. Each script compares them in the same step as
 *   its work. Where they differ - restart from an older dump, a replica promoted, FLUSHALL, another database - a new
 *   generation begins: no day is built, no answer is kept.
 * - *Own writes.* Each program tells on which server its last write went through. If that was another one, for example
 *   the far side of a network split, a new generation begins too: the present server may lack that write.
 * - *Whole days.* The head of a day counts the rows of each of its four hashes. A hash that was evicted, deleted or cut
 *   has another count, and the whole day is dropped. A lost head is a day that is not built.
 *
 * A day that is not built is built from PostgreSQL by whoever asks for it next. Nothing expires by itself in the read
 * model; it holds a bounded number of days.
 *
 * Versions are compared as numbers (doubles, exact to 2^53); measures are text that Lua never looks into.
 */
export const luaPrelude = `
local prefix, database, token, wroteOn = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local daysKey = prefix .. 'days'

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
local known = redis.call('HMGET', KEYS[1], 'server', 'database', 'generation')
local generation = known[3]
if known[1] ~= server or known[2] ~= database or not generation or (wroteOn ~= '' and wroteOn ~= server) then
  generation = token
  dropAll()
  redis.call('HSET', KEYS[1], 'server', server, 'database', database, 'generation', generation)
end
`;
