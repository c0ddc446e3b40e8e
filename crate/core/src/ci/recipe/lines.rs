//! What a line of a script does, as far as the recipe has to know: only a few plain ones are taken for what they are.

/// What a line does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It changes nothing that a build depends on: a login, a package of the system, a remark.
    Harmless,
    /// It makes a variable from others, or builds, names or pushes an image.
    Step {
        /// The variables it takes.
        uses: Vec<String>,
        /// The variables it makes.
        sets: Vec<String>,
    },
    /// Anything else.
    Other,
}

/// What of a command makes it a build, a name or a push.
const STEPS: [&[&str]; 12] = [
    &["docker", "build"],
    &["docker", "image", "build"],
    &["docker", "buildx", "build"],
    &["docker", "tag"],
    &["docker", "image", "tag"],
    &["docker", "push"],
    &["docker", "image", "push"],
    &["docker", "pull"],
    &["buildah", "build"],
    &["buildah", "bud"],
    &["buildah", "tag"],
    &["buildah", "push"],
];
const HARMLESS: [&[&str]; 10] = [
    &["docker", "login"],
    &["buildah", "login"],
    &["docker", "info"],
    &["docker", "version"],
    &["docker", "--version"],
    &["apk", "add"],
    &["apk", "update"],
    &["apt-get", "update"],
    &["apt-get", "install"],
    &["echo"],
];
/// What cuts a text to size.
const CUTS: [&str; 5] = ["echo", "printf", "cut", "head", "tr"];

/// Reads one line, in which continued ones are joined.
pub(super) fn line(text: &str) -> Line {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Line::Harmless;
    }
    // GitLab puts something in its place before anybody reads it.
    if text.contains("$[[") {
        return Line::Other;
    }
    if let Some(set) = assignment(text) {
        return set;
    }
    let mut all = Line::Harmless;
    for command in text.split("&&") {
        match (one(command.trim()), &mut all) {
            (Line::Other, _) => return Line::Other,
            (Line::Harmless, _) => {}
            (Line::Step { uses, .. }, Line::Step { uses: before, .. }) => before.extend(uses),
            (step, _) => all = step,
        }
    }
    all
}

/// One command. A pull may fail.
fn one(command: &str) -> Line {
    let command = match command.strip_suffix("|| true") {
        Some(pull) if starts(pull, &["docker", "pull"]) => pull,
        _ => command,
    };
    // A password on standard input.
    let command = match command.split_once('|') {
        Some((said, login)) if ["echo", "printf"].iter().any(|name| starts(said, &[name])) => {
            if is_simple(said) && HARMLESS[..2].iter().any(|words| starts(login, words)) {
                login
            } else {
                return Line::Other;
            }
        }
        _ => command,
    };
    if !is_simple(command) {
        return Line::Other;
    }
    if HARMLESS.iter().any(|words| starts(command, words)) {
        return Line::Harmless;
    }
    let leaves = |word: &str| {
        let path = word.trim_matches(['"', '\'']);
        let value = path.rsplit('=').next().unwrap_or(path);
        value.starts_with(['/', '~']) || value.starts_with("..") || value.contains("/..")
    };
    let names = names(command);
    match names {
        Some(mut uses)
            if STEPS.iter().any(|words| starts(command, words)) && !command.split_whitespace().any(leaves) =>
        {
            uses.extend(taken(command));
            Line::Step { uses, sets: Vec::new() }
        }
        _ => Line::Other,
    }
}

/// `NAME=value`, where the value is made of variables, or cut out of one.
fn assignment(text: &str) -> Option<Line> {
    let text = text.strip_prefix("export ").unwrap_or(text).trim_start();
    let (name, value) = text.split_once('=')?;
    let is_name = |name: &str| {
        !name.starts_with(|c: char| c.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if name.is_empty() || !is_name(name) {
        return None;
    }
    // What it would change cannot be told.
    let is_reserved = ["CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA", "PATH", "IFS"].contains(&name)
        || ["CI_PROJECT", "CI_REGISTRY", "CI_SERVER", "REPIN_"].iter().any(|start| name.starts_with(start));
    let value = value.trim();
    let quoted = |mark: char| value.strip_prefix(mark).and_then(|inner| inner.strip_suffix(mark));
    let value = quoted('"').unwrap_or(value);
    let inner = match value.strip_prefix("$(").and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => {
            let is_cut = |command: &str| {
                let command = command.trim();
                is_simple(command)
                    && (starts(command, &["git", "rev-parse"]) || CUTS.iter().any(|name| starts(command, &[name])))
            };
            if !inner.split('|').all(is_cut) {
                return Some(Line::Other);
            }
            inner
        }
        None if is_simple(value) && !value.contains([' ', '\t', '"']) => value,
        None => return Some(Line::Other),
    };
    match names(inner) {
        Some(uses) if !is_reserved => Some(Line::Step { uses, sets: vec![name.to_owned()] }),
        _ => Some(Line::Other),
    }
}

/// Whether it is one command that says all that it does.
fn is_simple(command: &str) -> bool {
    !command.contains(['`', ';', '|', '&', '<', '>', '(', ')', '\n', '\\'])
}

fn starts(command: &str, words: &[&str]) -> bool {
    let mut found = command.split_whitespace();
    words.iter().all(|word| found.next() == Some(word))
}

/// Build arguments whose values are the variables of their names.
fn taken(command: &str) -> Vec<String> {
    let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let given = match word.split_once('=') {
            Some(("--build-arg" | "--env", given)) => Some(given),
            None if ["--build-arg", "--env"].contains(word) => words.get(at + 1).copied(),
            _ => None,
        };
        found.extend(given.filter(|given| !given.contains('=')).map(str::to_owned));
    }
    found
}

/// The variables in a text; `None` where more than their values is asked for.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('$') {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let inner = after.strip_prefix('{').unwrap_or(after);
        let end = inner.find(|c| !is_part(c)).unwrap_or(inner.len());
        let (name, tail) = inner.split_at_checked(end)?;
        if name.is_empty() {
            return None;
        }
        rest = tail;
        if after.starts_with('{') {
            // Cut to size, as `${NAME:0:7}`.
            let (range, tail) = tail.split_once('}')?;
            if !range.bytes().all(|byte| byte.is_ascii_digit() || byte == b':') {
                return None;
            }
            rest = tail;
        }
        found.push(name.to_owned());
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match line(text) {
            Line::Harmless => "harmless".into(),
            Line::Other => "other".into(),
            Line::Step { uses, sets } => format!("{} from {}", sets.join(" "), uses.join(" ")).trim().to_owned(),
        }
    }

    macro_rules! lines {
        ($($name:ident: $text:expr => $want:expr;)*) => { $(#[test] fn $name() { assert_eq!(shown($text), $want); })* };
    }

    lines! {
        blank: "  " => "harmless";
        comment: "# docker build" => "harmless";
        login: "docker login -u gitlab-ci-token -p $CI_JOB_TOKEN http://$CI_REGISTRY" => "harmless";
        login_by_standard_input: "echo \"$P\" | docker login -u x --password-stdin $CI_REGISTRY" => "harmless";
        login_and_more: "docker login -u x -p y && cd env" => "other";
        login_into_a_file: "docker login > repin" => "other";
        packages: "apk add --no-cache git" => "harmless";
        packages_and_more: "apk update && apk add git" => "harmless";
        words_into_a_file: "echo one > a.txt" => "other";
        words_into_a_tool: "echo one | tee a.txt" => "other";
        words_of_a_tool: "echo $(date > a.txt)" => "other";
        cut: "TAG=$(echo $CI_COMMIT_SHA | cut -c1-7)" => "TAG from CI_COMMIT_SHA";
        cut_in_quotes: "TAG=\"$(echo \"$CI_COMMIT_SHA\" | cut -c1-7)\"" => "TAG from CI_COMMIT_SHA";
        exported: "export TAG=${CI_COMMIT_SHA:0:7}" => "TAG from CI_COMMIT_SHA";
        by_git: "TAG=$(git rev-parse --short HEAD)" => "TAG from";
        by_a_file: "TAG=$(cat out/tag)" => "other";
        by_a_file_on_standard_input: "TAG=$(head -c 7 < tag)" => "other";
        else_something: "TAG=${TAG:-$CI_COMMIT_SHA}" => "other";
        the_commit_itself: "CI_COMMIT_SHA=main" => "other";
        the_place: "PATH=bin:$PATH" => "other";
        for_one_command: "DOCKER_BUILDKIT=1 docker build -t $T ." => "other";
        build: "docker build -f env/Dockerfile -t $CI_REGISTRY_IMAGE:$TAG env" => "from CI_REGISTRY_IMAGE TAG";
        build_and_push: "docker build -t $A . && docker push $B" => "from A B";
        build_with_a_variable_of_the_name: "docker build --build-arg DATE --build-arg=X --build-arg V=$W -t $T ." => "from W T DATE X";
        build_elsewhere: "docker build -t $T /builds/a" => "other";
        build_above: "docker build -t $T -f ../Dockerfile ." => "other";
        build_from_standard_input: "docker build -t $T - < Dockerfile" => "other";
        build_if: "if true; then docker build -t $T .; fi" => "other";
        build_or: "docker build -t $T . || true" => "other";
        pull_or: "docker pull $T || true" => "from T";
        by_what_gitlab_puts_there: "docker build -t $[[ inputs.tag ]] ." => "other";
        another_folder: "cd env" => "other";
        another_program: "./deploy.sh $CI_COMMIT_SHORT_SHA" => "other";
        what_docker_runs: "docker run --rm $T make" => "other";
    }
}
