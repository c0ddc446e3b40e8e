// @gitbeaker/rest walks through the GitLab stand-in, and what it reads is compared with a clone, read by git.
//
// usage: walk.js URL TOKEN REGISTRY, as `repin-sandbox serve` says them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gitlab } from '@gitbeaker/rest';

const [host, token, registry] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'repin-gitbeaker-'));
let checks = 0;

function same(what, got, expected) {
  checks += 1;
  assert.deepEqual(got, expected, what);
}

async function refused(what, status, call) {
  checks += 1;
  await assert.rejects(call, (error) => error.cause?.response?.status === status, `${what}: expected ${status}`);
}

const git = (...args) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trimEnd().split('\n');

async function walk() {
  execFileSync('git', ['clone', '--quiet', '--bare', `${host}/ada/course.git`, folder]);
  const all = new Gitlab({ host });
  const ada = new Gitlab({ host, token });
  const path = 'ada/course';

  // Projects.
  same('user', (await ada.Users.showCurrentUser()).username, 'ada');
  same('projects of all', (await all.Projects.all()).map((p) => p.path_with_namespace).sort(), [path, 'ben/course']);
  same('projects of ada, by pages', (await ada.Projects.all({ perPage: 1 })).length, 3);
  const project = await all.Projects.show(path);
  same('default branch', project.default_branch, 'main');
  same('where images go', project.container_registry_image_prefix, registry);
  await refused('a private project looks absent', 404, () => all.Projects.show('ada/drafts'));
  same('a private project', (await ada.Projects.show('ada/drafts')).visibility, 'private');

  // Commits.
  const main = git('rev-list', 'main');
  const commits = await all.Commits.all(path, { refName: 'main', perPage: 7 });
  same('commits by pages', commits.map((c) => c.id), main);
  same('parents', commits.map((c) => [c.id, ...c.parent_ids].join(' ')), git('rev-list', '--parents', 'main'));
  const some = await all.Commits.all(path, { path: 'requirements.txt' });
  same('commits of a path', some.map((c) => c.id), git('log', '--format=%H', 'main', '--', 'requirements.txt'));
  same('by a prefix', (await all.Commits.show(path, main[3].slice(0, 8))).id, main[3]);
  await refused('no such commit', 404, () => all.Commits.show(path, '0'.repeat(40)));
  const compared = await all.Repositories.compare(path, 'v1.0', 'main', { straight: true });
  const names = git('diff', '--no-renames', '--name-only', 'v1.0', 'main');
  same('compared files', compared.diffs.map((d) => d.new_path).sort(), names.sort());
  const base = await all.Repositories.mergeBase(path, ['v1.0', 'polars']);
  same('merge base', base.id, git('merge-base', 'v1.0', 'polars')[0]);

  // Trees and files.
  const tree = await all.Repositories.allRepositoryTrees(path, { ref: 'main', recursive: true, perPage: 5 });
  const listed = tree.map((e) => `${e.mode} ${e.type} ${e.id}\t${e.path}`);
  same('the whole tree', listed.sort(), git('ls-tree', '-r', '-t', 'main').sort());
  const file = await all.RepositoryFiles.show(path, 'helpers/plots.py', 'main');
  same("a file's blob", file.blob_id, git('rev-parse', 'main:helpers/plots.py')[0]);
  await refused('no such file', 404, () => all.RepositoryFiles.show(path, 'absent', 'main'));

  // Refs.
  const branches = (await all.Branches.all(path)).map((b) => b.name);
  same('branches', branches.sort(), git('for-each-ref', '--format=%(refname:short)', 'refs/heads').sort());
  same('a tag', (await all.Tags.show(path, 'v1.0')).commit.id, git('rev-parse', 'v1.0^{commit}')[0]);

  // Pipelines and jobs.
  const pipelines = await all.Pipelines.all(path, { sha: main[0] });
  same('the pipeline of a commit', pipelines.map((p) => [p.sha, p.status]), [[main[0], 'failed']]);
  const jobs = await all.Jobs.all(path, { pipelineId: pipelines[0].id });
  same('its job', jobs.map((j) => [j.name, j.status]), [['image_build', 'failed']]);

  // The container registry.
  const [repository, ...others] = await all.ContainerRegistry.allRepositories({ projectId: path });
  same('the repositories', [repository.location, others], [registry, []]);
  const tags = await all.ContainerRegistry.allTags(path, repository.id, { perPage: 4 });
  same('its tags', [tags.length, new Set(tags.map((t) => t.name)).size], [19, 19]);
  const tag = await all.ContainerRegistry.showTag(path, repository.id, 'f3a56dd');
  same('a tag', [tag.name, tag.location], ['f3a56dd', `${registry}:f3a56dd`]);
  same('its date', tag.created_at.slice(0, 10), '2024-03-06');
  await refused('no such tag', 404, () => all.ContainerRegistry.showTag(path, repository.id, '0000000'));
}

try {
  await walk();
  console.log(`@gitbeaker/rest: ${checks} checks passed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
