//! Commands: what a script's commands do to its state, and to images.

use super::arguments::Arguments;
use super::build::{self, Tool};
use super::run::{MAX_NESTING, Push, Run, assignment};
use super::shell::Token;
use super::shell::{self, Word};
use super::value::{self, Atom, Sym, Values};
use std::sync::Arc;

/// How deep functions and scripts may call one another.
const MAX_CALLS: usize = 8;

impl Run<'_, '_> {
    /// A command without keywords and assignments.
    pub(super) fn simple(&mut self, words: &[&Word]) {
        let args: Vec<Values> = words.iter().flat_map(|word| self.fields(word)).collect();
        let Some((name, args)) = args.split_first() else { return };
        let name = value::single(name).known().unwrap_or_default().to_owned();
        let base = name.rsplit('/').next().unwrap_or_default();
        let text = |at: usize| args.get(at).and_then(|values| value::single(values).known().map(str::to_owned));
        self.last_was_test = matches!(base, "[" | "[[" | "test" | "grep" | "which" | "true" | "false");
        match base {
            "sudo" | "env" | "nice" | "timeout" | "retry" | "xvfb-run" | "chronic" => {
                let skip = words.iter().skip(1).position(|word| {
                    word.literal().is_none_or(|text| {
                        !text.starts_with('-') && !text.contains('=') && !text.starts_with(|c: char| c.is_ascii_digit())
                    })
                });
                if let Some(rest) = skip.and_then(|skip| words.get(skip + 1..)) {
                    self.simple(rest);
                }
            }
            "export" | "declare" | "local" | "readonly" | "typeset" => {
                for word in words.iter().skip(1) {
                    if let Some((name, append, value)) = assignment(word) {
                        let values = self.values(&value);
                        self.assign(name, values, append);
                    }
                }
            }
            "unset" => {
                for name in args.iter().filter_map(|arg| value::single(arg).known().map(str::to_owned)) {
                    self.set(name, vec![Sym::default()]);
                }
            }
            "read" => {
                for name in args.iter().filter_map(|arg| value::single(arg).known().map(str::to_owned)) {
                    if !name.starts_with('-') {
                        let values = vec![Sym::unknown(format!("${name}"), true)];
                        self.set(name, values);
                    }
                }
            }
            "cd" | "pushd" => {
                self.change_folder(base, args.iter().map(value::single).find(|arg| arg.known() != Some("--")));
            }
            "popd" => {
                if self.state.folders.len() > 1
                    && let Some(folder) = self.state.folders.pop()
                {
                    self.state.folder = folder;
                }
            }
            "eval" | "bash" | "sh" | "ash" => self.script(base, words, text(0).as_deref()),
            "source"
            | "."
            | "make"
            | "docker-compose"
            | "skaffold"
            | "earthly"
            | "jupyter-repo2docker"
            | "repo2docker"
            | "s2i"
            | "pack"
            | "just"
            | "task" => {
                self.opaque(words);
            }
            "docker" | "nerdctl" => self.docker(words, args),
            "buildx" | "docker-buildx" => self.docker_like(Tool::Buildx, words, args),
            "buildah" => self.docker_like(Tool::Buildah, words, args),
            "podman" => self.docker_like(Tool::Podman, words, args),
            "img" => self.docker_like(Tool::Img, words, args),
            "executor" if self.kaniko || name.contains("kaniko") => self.build(Tool::Kaniko, args),
            "kaniko" => self.build(Tool::Kaniko, args),
            "skopeo" | "crane" | "regctl" | "oras" => self.copy(base, args),
            _ => match self.functions.get(&name).cloned() {
                Some(body) => self.call(&body, args),
                None if name.starts_with("./") || name.rsplit('.').next() == Some("sh") => self.opaque(words),
                None => {}
            },
        }
    }

    fn call(&mut self, body: &[Token], args: &[Values]) {
        if self.calls >= MAX_CALLS {
            return;
        }
        self.calls += 1;
        let before: Vec<Option<Values>> =
            (1..=9).map(|at: usize| self.state.set.get(&at.to_string()).cloned()).collect();
        for at in 1..=9 {
            let value = args.get(at - 1).cloned().unwrap_or_else(|| vec![Sym::default()]);
            self.set(at.to_string(), value);
        }
        let (conditional, frames) = (self.conditional, std::mem::take(&mut self.frames));
        self.tokens(body);
        (self.conditional, self.frames) = (conditional, frames);
        for (at, value) in (1..=9).zip(before) {
            match value {
                Some(value) => self.set(at.to_string(), value),
                None => drop(Arc::make_mut(&mut self.state.set).remove(&at.to_string())),
            }
        }
        self.calls -= 1;
    }

    fn opaque(&mut self, words: &[&Word]) {
        let text = words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ");
        if self.found.opaque.len() < 20 {
            self.found.opaque.push(Sym::unknown(text, true).display());
        }
    }

    /// `bash -c '…'`, `eval "…"`, `sh build.sh`.
    fn script(&mut self, shell: &str, words: &[&Word], first: Option<&str>) {
        let inner = match (shell, first) {
            ("eval", _) => words.get(1),
            (_, Some(option)) if option.starts_with('-') && option.ends_with('c') => words.get(2),
            _ => None,
        };
        let Some(inner) = inner else { return self.opaque(words) };
        if self.calls >= MAX_CALLS {
            return;
        }
        // Single-quoted text is the script itself; in double quotes the variables are the same on both sides.
        let raw = inner.raw.as_str();
        let quoted = |quote| raw.strip_prefix(quote).and_then(|raw| raw.strip_suffix(quote));
        let source = inner.literal().or_else(|| quoted('"').map(|raw| raw.replace("\\\"", "\"").replace("\\$", "$")));
        let Some(source) = source else { return self.opaque(words) };
        self.calls += 1;
        let (entry, frames) = (self.state.clone(), std::mem::take(&mut self.frames));
        self.tokens(&shell::lex(&source));
        self.frames = frames;
        if shell != "eval" {
            self.state = entry;
        }
        self.calls -= 1;
    }

    fn change_folder(&mut self, command: &str, to: Option<Sym>) {
        let now = self.state.folder.clone();
        let next = match to {
            None => Sym::unknown("~", false),
            Some(to) if to.known() == Some("-") => self.state.folders.first().cloned().unwrap_or_default(),
            Some(to) => build::resolve(&now, &to),
        };
        self.state.folder = next;
        match self.state.folders.first_mut() {
            Some(before) => *before = now.clone(),
            None => self.state.folders.push(now.clone()),
        }
        if command == "pushd" && self.state.folders.len() < MAX_NESTING {
            self.state.folders.push(now);
        }
    }

    fn docker(&mut self, words: &[&Word], args: &[Values]) {
        let global = [
            "config",
            "c",
            "context",
            "H",
            "host",
            "l",
            "log-level",
            "tlscacert",
            "tlscert",
            "tlskey",
            "n",
            "namespace",
            "a",
            "address",
        ];
        let args = skip_options(args, &global);
        let name = |at: usize| {
            args.get(at).and_then(|values| value::single(values).known().map(str::to_owned)).unwrap_or_default()
        };
        match (name(0).as_str(), name(1).as_str()) {
            ("buildx", _) => self.docker_like(Tool::Buildx, words, args.get(1..).unwrap_or_default()),
            ("image" | "builder", "build" | "push" | "tag") => {
                self.docker_like(Tool::Docker, words, args.get(1..).unwrap_or_default());
            }
            ("compose", _) => self.opaque(words),
            _ => self.docker_like(Tool::Docker, words, args),
        }
    }

    fn docker_like(&mut self, tool: Tool, words: &[&Word], args: &[Values]) {
        let global = [
            "builder",
            "connection",
            "url",
            "identity",
            "log-level",
            "root",
            "runroot",
            "runtime",
            "storage-driver",
            "storage-opt",
            "tmpdir",
            "registries-conf",
            "registries-conf-dir",
            "cgroup-manager",
            "events-backend",
            "backend",
            "b",
            "state",
            "s",
            "c",
        ];
        let args = skip_options(args, &global);
        let Some((command, args)) = args.split_first() else { return };
        match (tool, value::single(command).known().unwrap_or_default()) {
            (_, "build") | (Tool::Buildah, "bud" | "build-using-dockerfile") | (Tool::Buildx, "b") => {
                self.build(tool, args);
            }
            (Tool::Buildx, "bake" | "f") => self.opaque(words),
            (Tool::Buildx, "imagetools") => {
                let parsed = Arguments::parse(args, |name| {
                    matches!(name, "t" | "tag" | "f" | "file" | "builder" | "progress" | "annotation")
                });
                let from = parsed.positional.get(1).map(value::single);
                for to in parsed.all(&["t", "tag"]).flatten() {
                    self.found.pushes.push(Push { to: to.clone(), from: from.clone(), all_tags: false });
                }
            }
            (Tool::Buildah | Tool::Podman | Tool::Docker, "manifest") => {
                if let Some((command, args)) = args.split_first()
                    && value::single(command).known() == Some("push")
                {
                    self.push(tool, args);
                }
            }
            (Tool::Podman | Tool::Docker, "image") => self.docker_like(tool, words, args),
            (_, "push") => self.push(tool, args),
            (_, "tag") => {
                let parsed = Arguments::parse(args, |_| false);
                if let Some((from, names)) = parsed.positional.split_first() {
                    for from in from {
                        let names = names.iter().flatten().cloned();
                        self.found.renames.extend(names.map(|name| (from.clone(), name)));
                    }
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, tool: Tool, args: &[Values]) {
        let parsed = Arguments::parse(args, |name| {
            matches!(
                name,
                "authfile"
                    | "cert-dir"
                    | "creds"
                    | "f"
                    | "format"
                    | "digestfile"
                    | "sign-by"
                    | "signature-policy"
                    | "compression-format"
                    | "compression-level"
                    | "encryption-key"
                    | "encrypt-layer"
                    | "retry"
                    | "retry-delay"
                    | "platform"
                    | "backend"
            )
        });
        let all_tags = parsed.has(&["a", "all-tags"]) && tool == Tool::Docker;
        let mut positional = parsed.positional.iter();
        let (Some(first), second) = (positional.next(), positional.next()) else { return };
        let from = second.map(|_| value::single(first));
        for to in second.unwrap_or(first) {
            let to = to.strip_prefix("docker://").unwrap_or_else(|| to.clone());
            self.found.pushes.push(Push { to, from: from.clone(), all_tags });
        }
    }

    /// `skopeo copy A B` and its kin.
    fn copy(&mut self, tool: &str, args: &[Values]) {
        let parsed = Arguments::parse(args, |name| {
            matches!(
                name,
                "src-creds"
                    | "dest-creds"
                    | "src-tls-verify"
                    | "dest-tls-verify"
                    | "authfile"
                    | "src-authfile"
                    | "dest-authfile"
                    | "format"
                    | "f"
                    | "platform"
                    | "retry-times"
                    | "override-os"
                    | "override-arch"
                    | "multi-arch"
            )
        });
        let plain = |values: &Values| {
            let sym = value::single(values);
            sym.strip_prefix("docker://").unwrap_or(sym)
        };
        let words: Vec<Sym> = parsed.positional.iter().map(plain).collect();
        let names: Vec<&str> = words.iter().map(|word| word.known().unwrap_or_default()).collect();
        match (tool, names.as_slice(), words.as_slice()) {
            (_, ["copy" | "cp", _, _], [_, from, to])
            | ("regctl", ["image", "copy" | "cp", _, _], [_, _, from, to]) => {
                self.found.pushes.push(Push { to: to.clone(), from: Some(from.clone()), all_tags: false });
            }
            ("crane", ["tag", _, _], [_, from, tag]) => {
                let mut to = from.reference().0;
                to.push(Atom::Text(":".into()));
                to.extend(tag);
                self.found.pushes.push(Push { to, from: Some(from.clone()), all_tags: false });
            }
            ("crane", ["push", _, _], [_, _, to]) => {
                self.found.pushes.push(Push { to: to.clone(), from: None, all_tags: false });
            }
            _ => {}
        }
    }

    fn build(&mut self, tool: Tool, args: &[Values]) {
        let help = |values: &Values| matches!(value::single(values).known(), Some("--help" | "version"));
        if self.found.builds.len() >= 100 || args.iter().any(help) {
            return;
        }
        let invocation = build::invocation(tool, args, &self.state.folder, &|name| self.variable(name));
        self.found.builds.push(invocation);
    }
}

/// The arguments from the subcommand on.
fn skip_options<'a>(args: &'a [Values], with_value: &[&str]) -> &'a [Values] {
    let mut rest = args;
    while let Some((first, after)) = rest.split_first() {
        let sym = value::single(first);
        let text = match sym.0.first() {
            Some(Atom::Text(text)) if text.starts_with('-') => text.clone(),
            _ => break,
        };
        let takes = !text.contains('=') && with_value.contains(&text.trim_start_matches('-'));
        rest = if takes { after.get(1..).unwrap_or_default() } else { after };
    }
    rest
}
