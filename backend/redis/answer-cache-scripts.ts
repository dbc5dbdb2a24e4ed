/**
 * The answer cache's scripts. One hash per day holds the day's newest version and the answers of that version, so that
 * a key that is lost takes the answers along. It belongs to an epoch (the generation of lua-prelude.ts, and a mark
 * that clearing renews) and has an id of its own: an answer that was read before the hash was lost is refused after.
 */
import { script } from './script.ts';

const answers = `
local key = prefix .. 'answers:' .. ARGV[4]
local epoch = generation .. ' ' .. (redis.call('HGET', KEYS[1], 'answers') or '')
local held = read('HMGET', key, '.epoch', '.id', '.version')
local id, version = held[2], tonumber(held[3])
if held[1] ~= epoch or not version then id, version = nil, nil end
local LIFE_SECONDS = 86400

local function start(newId, newVersion)
  id, version = newId, newVersion
  redis.call('UNLINK', key)
  redis.call('HSET', key, '.epoch', epoch, '.id', id, '.version', string.format('%.0f', version))
  redis.call('EXPIRE', key, LIFE_SECONDS)
end
`;

/** Rest: day, question, newest version known. Returns the hash's id if there is one, and version and text when there is an answer. */
export const readAnswer = script(
  `${answers}
local told = tonumber(ARGV[6])
-- A server whose memory is full has no answer.
if (not id or version < told) and not pcall(start, id or token, told) then return { server } end
local text = redis.call('HGET', key, ARGV[5])
if not text then return { server, id } end
return { server, id, string.format('%.0f', version), text }`,
  { writes: false },
);

/** Rest: day, question, newest version known, the answer's version, id seen when it was asked for or '', text, most answers. */
export const keepAnswer = script(
  `${answers}
local told, new, seen = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
if seen ~= '' and seen ~= id then return { server } end
if not id then start(token, told) end
if new < told or new < version then return { server } end
if new > version or redis.call('HLEN', key) >= tonumber(ARGV[10]) then start(id, new) end
redis.call('HSET', key, ARGV[5], ARGV[9])
redis.call('EXPIRE', key, LIFE_SECONDS)
return { server }`,
  { writes: true },
);

/** Rest: day, version. */
export const raiseVersion = script(
  `${answers}
local new = tonumber(ARGV[5])
if not id then start(token, new) elseif new > version then start(id, new) end
return { server }`,
  { writes: true },
);

/** Rest: nothing. */
export const clearAnswers = script(
  `redis.call('HSET', KEYS[1], 'answers', token)
return { server }`,
  { writes: true },
);

/** Rest: day. Leaves neither its answers nor the generation. */
export const forgetAll = script(
  `redis.call('UNLINK', prefix .. 'answers:' .. ARGV[4], KEYS[1])
return { server }`,
  { writes: true },
);
