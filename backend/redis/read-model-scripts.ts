/** The read model's scripts. Each returns the server's name first, then its result. */
import { script } from './script.ts';

const days = `
-- The head of a day of this generation with all its rows; nil when there is none. A damaged day is dropped.
local function holding(day)
  local head = read('HMGET', headKey(day), 'generation', 'id', 'state', 'pieces', '1', '2', '3', '4')
  if head[1] ~= generation then return nil end
  local whole = head[2] and tonumber(head[4])
  for family = 1, 4 do
    whole = whole and read('HLEN', familyKey(day, family)) == tonumber(head[4 + family])
  end
  if not whole then
    drop(day)
    return nil
  end
  return { id = head[2], state = head[3], pieces = tonumber(head[4]) }
end

-- Rows of a day that is being written in pieces are not those of one moment.
local function readable(held) return held and held.state == 'built' and held.pieces == 0 end

-- Only marks: reading must work on a server whose memory is full.
local function prolong(day)
  local keys = { KEYS[1], daysKey, headKey(day) }
  for family = 1, 4 do keys[#keys + 1] = familyKey(day, family) end
  for _, key in ipairs(keys) do redis.pcall('EXPIRE', key, UNUSED_SECONDS) end
end

local function touch(day)
  local use = redis.pcall('HINCRBY', KEYS[1], 'uses', 1)
  if type(use) ~= 'number' then
    -- Memory that is full, or a value that is not ours.
    use = 0
    redis.pcall('HSET', KEYS[1], 'uses', use)
  end
  redis.pcall('ZADD', daysKey, use, day)
  prolong(day)
end
`;

/** Rest: (day, family, count, count x (field, value))*. Rows of days that are not held are dropped. */
export const applyRows = script(
  `${days}
local CHUNK = 500
local function versionOf(value) return tonumber(string.match(value, '^%d+')) end

local function upsert(day, family, first, last)
  local key = familyKey(day, family)
  for start = first, last, 2 * CHUNK do
    local stop = math.min(last, start + 2 * CHUNK - 1)
    local fields, writes = {}, {}
    for at = start, stop, 2 do fields[#fields + 1] = ARGV[at] end
    local held = redis.call('HMGET', key, unpack(fields))
    for index, field in ipairs(fields) do
      local value = ARGV[start + 2 * index - 1]
      if not held[index] or (versionOf(held[index]) or -1) < versionOf(value) then
        writes[#writes + 1] = field
        writes[#writes + 1] = value
      end
    end
    if #writes > 0 then
      local added = redis.call('HSET', key, unpack(writes))
      if added > 0 then redis.call('HINCRBY', headKey(day), family, added) end
    end
  end
end

local holdings = {}
local at = 4
while ARGV[at] do
  local day, family, count = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  if holdings[day] == nil then holdings[day] = holding(day) or false end
  if holdings[day] and count > 0 then upsert(day, family, at + 3, at + 2 + 2 * count) end
  at = at + 3 + 2 * count
end
for day, held in pairs(holdings) do
  if held then prolong(day) end
end
return { server }`,
  { writes: true },
);

/** Rest: day. The id of a built day, which answers nothing until `endPieces`; '' for any other. */
export const beginPieces = script(
  `${days}
local day = ARGV[4]
local held = holding(day)
if not held or held.state ~= 'built' then return { server, '' } end
redis.call('HINCRBY', headKey(day), 'pieces', 1)
return { server, held.id }`,
  { writes: true },
);

/** Rest: day, id. */
export const endPieces = script(
  `${days}
local day = ARGV[4]
local held = holding(day)
if held and held.id == ARGV[5] and held.pieces > 0 then redis.call('HINCRBY', headKey(day), 'pieces', -1) end
return { server }`,
  { writes: true },
);

/** Rest: day, afresh (1 or 0), most days held. Returns the day's id. */
export const beginBuild = script(
  `${days}
local day, afresh, most = ARGV[4], ARGV[5] == '1', tonumber(ARGV[6])
local held = holding(day)
local id = held and held.id
-- Pieces that were never ended may lack rows.
if not held or afresh or held.pieces > 0 then
  drop(day)
  id = token
  redis.call('HSET', headKey(day), 'generation', generation, 'id', id, 'state', 'building', 'pieces', 0,
    '1', 0, '2', 0, '3', 0, '4', 0)
end
touch(day)
local excess = redis.call('ZCARD', daysKey) - most
if excess > 0 then
  for _, oldest in ipairs(redis.call('ZRANGE', daysKey, 0, excess - 1)) do
    if oldest ~= day then drop(oldest) end
  end
end
return { server, id }`,
  { writes: true },
);

/** Rest: day, id. */
export const endBuild = script(
  `${days}
local day = ARGV[4]
local held = holding(day)
if held and held.id == ARGV[5] then
  redis.call('HSET', headKey(day), 'state', 'built')
  touch(day)
end
return { server }`,
  { writes: true },
);

/** Rest: nothing. Returns the built days. */
export const listBuilt = script(
  `${days}
local built = {}
for _, day in ipairs(redis.call('ZRANGE', daysKey, 0, -1)) do
  if readable(holding(day)) then built[#built + 1] = day end
end
return { server, built }`,
  { writes: false },
);

/** Rest: day, family. Returns the day's version and the family's fields and values, or nothing. */
export const readRows = script(
  `${days}
local day = ARGV[4]
if not readable(holding(day)) then return { server } end
local version = 0
for _, value in ipairs(redis.call('HVALS', familyKey(day, 4))) do
  local row = tonumber(string.match(value, '^%d+'))
  if not row then
    drop(day)
    return { server }
  end
  version = version + row
end
touch(day)
return { server, string.format('%.0f', version), redis.call('HGETALL', familyKey(day, ARGV[5])) }`,
  { writes: false },
);

/** Rest: day. For a day with rows that cannot be read. */
export const dropDay = script(
  `drop(ARGV[4])
return { server }`,
  { writes: true },
);

/** Rest: nothing. A new generation without any day; the answers go too. */
export const clearDays = script(
  `dropAll()
redis.call('HSET', KEYS[1], 'generation', token)
return { server }`,
  { writes: true },
);
