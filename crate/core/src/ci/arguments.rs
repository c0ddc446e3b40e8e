//! The arguments of commands: options, their values, and what is left.

use super::value::{self, Atom, Sym, Values};

/// Options and arguments of a command.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) options: Vec<(String, Option<Values>)>,
    pub(super) positional: Vec<Values>,
}

impl Arguments {
    /// Reads arguments in the manner of pflag: `--name=value`, `--name value`, `-n value`, `-nvalue`, `-qn value`.
    /// Short options are looked up by their letter.
    pub(super) fn parse(args: &[Values], takes_value: fn(&str) -> bool) -> Self {
        let mut parsed = Self::default();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            let lead = |sym: &Sym| match sym.0.first() {
                Some(Atom::Text(text)) => text.clone(),
                _ => String::new(),
            };
            let [sym] = arg.as_slice() else {
                if !arg.iter().any(|sym| lead(sym).starts_with('-')) {
                    parsed.positional.push(arg.clone());
                }
                continue;
            };
            let text = lead(sym);
            if text == "--" && sym.0.len() == 1 {
                parsed.positional.extend(rest.cloned());
                break;
            } else if let Some(name) = text.strip_prefix("--") {
                let equals = name.split_once('=');
                let name = equals.map_or(name, |(name, _)| name).to_owned();
                let value = match equals {
                    Some(_) => sym.split_equals().map(|(_, value)| vec![value]),
                    None if takes_value(&name) => rest.next().cloned(),
                    None => None,
                };
                parsed.options.push((name, value));
            } else if text.len() > 1 && text.starts_with('-') {
                for (at, letter) in text.char_indices().skip(1) {
                    let name = letter.to_string();
                    if !takes_value(&name) {
                        parsed.options.push((name, None));
                        continue;
                    }
                    let end = at + letter.len_utf8();
                    let attached =
                        text.get(..end).and_then(|before| sym.strip_prefix(before)).filter(|value| !value.0.is_empty());
                    let attached = attached.map(|value| value.strip_prefix("=").unwrap_or(value));
                    parsed.options.push((name, attached.map(|value| vec![value]).or_else(|| rest.next().cloned())));
                    break;
                }
            } else {
                parsed.positional.push(arg.clone());
            }
        }
        parsed
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(name, value)| {
            names.contains(&name.as_str())
                && value.as_ref().is_none_or(|value| value::single(value).known() != Some("false"))
        })
    }

    /// The values of every use of an option.
    pub(super) fn all<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a Values> {
        self.options.iter().filter(|(name, _)| names.contains(&name.as_str())).filter_map(|(_, value)| value.as_ref())
    }

    pub(super) fn last(&self, names: &[&str]) -> Option<Sym> {
        self.all(names).last().map(value::single)
    }
}

/// Options with a value of `docker build`, `buildx build`, `buildah build`, `podman build` and `img build`; the short
/// ones by their letter. Everything else is a switch.
pub(super) fn build_option_takes_value(name: &str) -> bool {
    BUILD_OPTIONS.contains(&name)
}

/// Options with a value of `/kaniko/executor`. It takes no arguments, so that only those matter that are used here.
pub(super) fn kaniko_option_takes_value(name: &str) -> bool {
    matches!(
        name,
        "c" | "d" | "f" | "context" | "context-sub-path" | "destination" | "dockerfile" | "target" | "build-arg"
    )
}

/// See [`build_option_takes_value`].
const BUILD_OPTIONS: &[&str] = &[
    "a",
    "b",
    "c",
    "e",
    "f",
    "m",
    "o",
    "s",
    "t",
    "v",
    "add-host",
    "allow",
    "annotation",
    "arch",
    "attest",
    "authfile",
    "backend",
    "build-arg",
    "build-arg-file",
    "build-context",
    "builder",
    "cache-from",
    "cache-to",
    "cache-ttl",
    "call",
    "cap-add",
    "cap-drop",
    "cert-dir",
    "cgroup-parent",
    "cgroupns",
    "cpp-flag",
    "cpu-period",
    "cpu-quota",
    "cpu-shares",
    "cpuset-cpus",
    "cpuset-mems",
    "creds",
    "cw",
    "decryption-key",
    "device",
    "dns",
    "dns-option",
    "dns-search",
    "env",
    "file",
    "format",
    "from",
    "group-add",
    "hooks-dir",
    "ignorefile",
    "iidfile",
    "invoke",
    "ipc",
    "isolation",
    "jobs",
    "label",
    "layer-label",
    "logfile",
    "manifest",
    "memory",
    "memory-swap",
    "metadata-file",
    "network",
    "no-cache-filter",
    "os",
    "os-feature",
    "os-version",
    "output",
    "pid",
    "platform",
    "policy",
    "progress",
    "retry",
    "retry-delay",
    "root",
    "runroot",
    "runtime",
    "runtime-flag",
    "sbom-img-output",
    "sbom-output",
    "secret",
    "security-opt",
    "shm-size",
    "sign-by",
    "signature-policy",
    "source-date-epoch",
    "source-policy-file",
    "ssh",
    "state",
    "storage-driver",
    "storage-opt",
    "tag",
    "target",
    "timestamp",
    "ulimit",
    "unsetannotation",
    "unsetenv",
    "unsetlabel",
    "userns",
    "userns-gid-map",
    "userns-gid-map-group",
    "userns-uid-map",
    "userns-uid-map-user",
    "uts",
    "variant",
    "volume",
];
