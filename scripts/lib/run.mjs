import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { inRepository, repository, toolchainNode } from './paths.mjs';

/** Signals that end us and are handed on to what we run. @type {NodeJS.Signals[]} */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The environment of the toolchain: its Node first on the PATH, whatever Node started us. @param {NodeJS.ProcessEnv} [extra] */
export function toolchainEnvironment(extra = {}) {
  const node = toolchainNode();
  const folders = [inRepository('node_modules', '.bin'), ...(node === null ? [] : [dirname(node)])];
  const path = process.env.PATH ?? '';
  return { ...process.env, PATH: [...folders, path].join(delimiter), ...extra };
}

/**
 * Runs a program to its end and gives its exit code, 128 + n when signal n ended it (as a shell does).
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { timeoutMs?: number }} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const { timeoutMs, ...rest } = options;
    const child = spawn(program, args, { cwd: repository, stdio: 'inherit', ...rest });
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const forward = forwarded.map((signal) => {
      const listener = () => child.kill(signal);
      process.on(signal, listener);
      return () => process.off(signal, listener);
    });
    const done = () => {
      clearTimeout(timer);
      for (const stop of forward) stop();
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code, signal) => {
      done();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * Runs a program and collects what it prints.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { timeoutMs?: number }} [options]
 * @returns {Promise<{ code: number, output: string }>} `output` is stdout and stderr in the order they came; code 127 when there is no such program.
 */
export async function capture(program, args, options = {}) {
  const { timeoutMs, ...rest } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: repository, ...rest, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: error.message });
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}
