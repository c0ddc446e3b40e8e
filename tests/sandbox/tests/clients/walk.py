"""python-gitlab walks through the GitLab stand-in, and what it reads is compared with a clone, read by git.

usage: walk.py URL TOKEN REGISTRY, as `repin-sandbox serve` says them.
"""

import base64
import subprocess
import sys
import tempfile

import gitlab

url, token, registry = sys.argv[1:]
checks = 0


def same(what, got, expected):
    global checks
    checks += 1
    if got != expected:
        sys.exit(f"{what}:\n  expected {expected!r}\n  got      {got!r}")


def refused(what, status, call):
    try:
        call()
    except gitlab.GitlabError as error:
        same(what, error.response_code, status)
    else:
        sys.exit(f"{what}: expected {status}, and it was answered")


clone = tempfile.TemporaryDirectory()
subprocess.run(["git", "clone", "--quiet", "--bare", f"{url}/ada/course.git", clone.name], check=True)


def git(*args):
    out = subprocess.run(["git", "-C", clone.name, *args], check=True, capture_output=True)
    return out.stdout.decode().rstrip("\n").split("\n")


anonymous = gitlab.Gitlab(url)
ada = gitlab.Gitlab(url, private_token=token)

# Who asks, and what they see.
ada.auth()
same("user", ada.user.username, "ada")
refused("nobody is a user", 401, anonymous.auth)
public = sorted(p.path_with_namespace for p in anonymous.projects.list(get_all=True))
same("projects of all", public, ["ada/course", "ben/course"])
same("projects of ada", len(ada.projects.list(iterator=True)), 3)
same("pages of projects", [p.id for p in ada.projects.list(per_page=1, iterator=True)], [3, 2, 1])
refused("a private project looks absent", 404, lambda: anonymous.projects.get("ada/drafts"))
same("a private project", ada.projects.get("ada/drafts").visibility, "private")
fork = ada.projects.get("ben/course")
same("a fork", fork.forked_from_project["path_with_namespace"], "ada/course")
project = anonymous.projects.get("ada/course")
same("by number", anonymous.projects.get(project.id).path_with_namespace, "ada/course")
same("default branch", project.default_branch, "main")
same("where images go", project.container_registry_image_prefix, registry)

# Commits.
main = git("rev-list", "main")
commits = project.commits.list(ref_name="main", per_page=7, get_all=True)
same("commits by pages", [c.id for c in commits], main)
by_one = project.commits.list(ref_name="main", per_page=10, iterator=True)
same("commits by an iterator", [c.id for c in by_one], main)
same("parents", [" ".join([c.id, *c.parent_ids]) for c in commits], git("rev-list", "--parents", "main"))
same("titles", [c.title for c in commits], git("log", "--format=%s", "main"))
same("one page", len(project.commits.list(ref_name="main", per_page=5, page=2)), 5)
path = "requirements.txt"
of_path = project.commits.list(query_parameters={"path": path}, get_all=True)
same("commits of a path", [c.id for c in of_path], git("log", "--format=%H", "main", "--", path))
in_range = project.commits.list(ref_name="v1.0..main", get_all=True)
same("a range", [c.id for c in in_range], git("rev-list", "v1.0..main"))
same("all refs", {c.id for c in project.commits.list(all=True, get_all=True)}, set(git("rev-list", "--all")))
commit = project.commits.get(main[0][:8])
same("by a prefix", (commit.id, commit.short_id), (main[0], main[0][:8]))
same("its refs", {(r["type"], r["name"]) for r in commit.refs("all")}, {("branch", "main")})
refused("no such commit", 404, lambda: project.commits.get("0" * 40))
changed = sorted(d["new_path"] for d in project.commits.get(main[1]).diff(get_all=True))
same("a commit's files", changed, sorted(git("diff-tree", "-r", "--root", "--no-commit-id", "--name-only", main[1])))

# Comparisons.
compared = project.repository_compare("v1.0", "main", straight=True)
same("compared commits", {c["id"] for c in compared["commits"]}, set(git("rev-list", "v1.0..main")))
names = git("diff", "--no-renames", "--name-only", "v1.0", "main")
same("compared files", sorted(d["new_path"] for d in compared["diffs"]), sorted(names))
same("merge base", project.repository_merge_base(["v1.0", "polars"])["id"], git("merge-base", "v1.0", "polars")[0])

# Trees and files.
tree = project.repository_tree(ref="main", recursive=True, per_page=5, get_all=True)
listed = sorted(f"{e['mode']} {e['type']} {e['id']}\t{e['path']}" for e in tree)
same("the whole tree", listed, sorted(git("ls-tree", "-r", "-t", "main")))
keyset = project.repository_tree(ref="main", pagination="keyset", per_page=3, iterator=True)
same("the root by keyset", sorted(e["name"] for e in keyset), sorted(git("ls-tree", "--name-only", "main")))
file = project.files.get("Dockerfile", ref="main")
same("a file's blob", file.blob_id, git("rev-parse", "main:Dockerfile")[0])
same("a file's last commit", file.last_commit_id, git("log", "-1", "--format=%H", "main", "--", "Dockerfile")[0])
content = subprocess.run(["git", "-C", clone.name, "show", "main:Dockerfile"], check=True, capture_output=True).stdout
same("a file's content", base64.b64decode(file.content), content)
raw = project.files.raw("helpers/plots.py", ref="main").decode()
same("a file, raw", raw.rstrip("\n").split("\n"), git("show", "main:helpers/plots.py"))
refused("no such file", 404, lambda: project.files.get("absent", ref="main"))

# Refs.
heads = sorted(git("for-each-ref", "--format=%(refname:short)", "refs/heads"))
same("branches", sorted(b.name for b in project.branches.list(get_all=True)), heads)
autosave = next(h for h in heads if h.startswith("renku/"))
same("a branch with slashes", project.branches.get(autosave).commit["id"], git("rev-parse", autosave)[0])
same("tags", [t.name for t in project.tags.list(get_all=True)], git("tag"))
same("a tag", project.tags.get("v1.0").commit["id"], git("rev-parse", "v1.0^{commit}")[0])

# Pipelines and jobs.
pipelines = project.pipelines.list(get_all=True, per_page=10)
same("pipelines, the newest first", [p.id for p in pipelines], sorted((p.id for p in pipelines), reverse=True))
same("there are pipelines", len(pipelines) > 20, True)
[newest] = project.pipelines.list(sha=main[0])
got = (newest.sha, newest.status, newest.ref, newest.source)
same("the pipeline of a commit", got, (main[0], "failed", "main", "push"))
newest = project.pipelines.get(newest.id)
same("what it was compared with", newest.before_sha in main, True)
[job] = newest.jobs.list(get_all=True)
same("its job", (job.name, job.status, job.failure_reason), ("image_build", "failed", "script_failure"))
same("the job itself", project.jobs.get(job.id).pipeline["id"], newest.id)
same("no pipeline in the middle of a push", project.pipelines.list(sha=git("rev-parse", "4c0e36a")[0]), [])

# The container registry.
[repository] = project.repositories.list(get_all=True)
same("the repository", (repository.name, repository.path, repository.location), ("", "ada/course", registry))
tags = repository.tags.list(get_all=True, per_page=4)
same("its tags", len(tags), 19)
same("its tags are distinct", len({t.name for t in tags}), 19)
known = set(git("rev-list", "--all"))
of_commits = {t.name for t in tags} & {c[:7] for c in known}
same("its tags name commits", {t.name for t in tags} - of_commits, {"v1.0", "latest"})
tag = repository.tags.get("f3a56dd")
same("a tag", (tag.name, tag.location), ("f3a56dd", f"{registry}:f3a56dd"))
same("its image", (tag.digest[:7], tag.created_at[:10]), ("sha256:", "2024-03-06"))
refused("no such tag", 404, lambda: repository.tags.get("0000000"))

# GraphQL.
graphql = gitlab.GraphQL(url, token=token)
query = """{ project(fullPath: "ada/course") { repository { rootRef
  blobs(paths: ["Dockerfile", "absent"], ref: "v1.0", first: 2) { nodes { path oid } } } } }"""
answer = graphql.execute(query)["project"]["repository"]
blob = {"path": "Dockerfile", "oid": git("rev-parse", "v1.0:Dockerfile")[0]}
same("GraphQL", answer, {"rootRef": "main", "blobs": {"nodes": [blob]}})

print(f"python-gitlab {gitlab.__version__}: {checks} checks passed")
