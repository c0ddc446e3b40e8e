//! Whole CI files: each case is a file, and what is made of it.

#![allow(clippy::format_push_string, reason = "tests build their files as text")]

mod triggers;

use std::collections::BTreeMap;

use super::*;

/// A job's configuration as a CI file with the job `job`.
fn job_file(script: &str) -> String {
    let mut text = String::from("job:\n  script:\n    - |\n");
    for line in script.lines() {
        text.push_str("      ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn load(files: &[(&str, &str)]) -> CiFile {
    let mut map: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    CiFile::load(".gitlab-ci.yml", &mut map).unwrap_or_else(|never| match never {})
}

fn one(text: &str) -> CiFile {
    load(&[(".gitlab-ci.yml", text)])
}

fn text(text: &Text) -> String {
    match text {
        Text::Known(text) => text.clone(),
        Text::Unknown { text } => format!("?{text}"),
    }
}

/// `tool context [dockerfiles]` and what else is set.
fn build_of(build: &Build) -> String {
    let files: Vec<String> = build.dockerfiles().iter().map(text).collect();
    let mut out = format!("{:?} {} [{}]", build.tool, text(&build.context), files.join(", "));
    if let Some(target) = &build.target {
        out.push_str(&format!(" target={}", text(target)));
    }
    for arg in &build.args {
        let value = match &arg.value {
            ArgValue::Known(value) => value.clone(),
            ArgValue::Unknown { text } => format!("?{text}"),
            ArgValue::PerCommit { text } => format!("!{text}"),
        };
        out.push_str(&format!(" {}={value}", arg.name));
    }
    for (name, path) in &build.named_contexts {
        out.push_str(&format!(" {name}:{}", text(path)));
    }
    out
}

/// What the script of a job builds.
fn built(script: &str) -> String {
    one(&job_file(script)).image_job(None).map_or("-".into(), |job| build_of(&job.build))
}

/// The repository and the tags that the script of a job pushes.
fn pushed(script: &str) -> String {
    one(&job_file(script))
        .image_job(None)
        .map_or("-".into(), |job| format!("{} {}", job.repository().unwrap_or("-".into()), job.scheme))
}

/// The name of the image job and its tags.
fn found(file: &str) -> String {
    one(file).image_job(None).map_or("-".into(), |job| format!("{} {}", job.name, job.scheme))
}

macro_rules! cases {
    ($by:ident; $($name:ident: $input:expr => $want:expr;)*) => {
        mod $by { #[allow(unused_imports, reason = "not every table uses them")] use super::*; $(#[test] fn $name() { assert_eq!(super::$by($input), $want); })* }
    };
}

cases! { built;
    docker: "docker build ." => "Docker  [Dockerfile]";
    docker_folder: "docker build docker" => "Docker docker [docker/Dockerfile]";
    docker_folder_with_slash: "docker build ./docker/" => "Docker docker [docker/Dockerfile]";
    docker_file: "docker build -f docker/Dockerfile.gpu ." => "Docker  [docker/Dockerfile.gpu]";
    docker_file_is_relative_to_the_current_folder: "docker build -f Dockerfile.gpu docker" => "Docker docker [Dockerfile.gpu]";
    docker_file_long: "docker build --file=a/Dockerfile a" => "Docker a [a/Dockerfile]";
    docker_file_attached: "docker build -fa/Dockerfile a" => "Docker a [a/Dockerfile]";
    docker_file_from_standard_input: "docker build -f - ." => "Docker  [?-]";
    context_from_standard_input: "docker build - < Dockerfile" => "Docker ?- [?-/Dockerfile]";
    context_is_a_repository: "docker build https://example.org/x.git#main" => "Docker ?https://example.org/x.git#main [?https://example.org/x.git#main/Dockerfile]";
    options_after_the_context: "docker build . -t x --target=run" => "Docker  [Dockerfile] target=run";
    options_with_values: "docker build --cache-from x --platform linux/amd64 -m 2g --progress plain --label a=b --network host sub" => "Docker sub [sub/Dockerfile]";
    switches: "docker build --pull --no-cache -q --rm --squash sub" => "Docker sub [sub/Dockerfile]";
    short_cluster: "docker build -qt x sub" => "Docker sub [sub/Dockerfile]";
    target: "docker build --target builder ." => "Docker  [Dockerfile] target=builder";
    arguments: "docker build --build-arg A=1 --build-arg=B=2 --build-arg 'C=x y' ." => "Docker  [Dockerfile] A=1 B=2 C=x y";
    argument_of_the_environment: "A=1\ndocker build --build-arg A --build-arg B ." => "Docker  [Dockerfile] A=1 B=?$B";
    argument_per_commit: "docker build --build-arg SHA=$CI_COMMIT_SHA --build-arg R=$CI_COMMIT_REF_NAME --build-arg P=$CI_PIPELINE_ID ." => "Docker  [Dockerfile] SHA=!$CI_COMMIT_SHA R=!$CI_COMMIT_REF_NAME P=!$CI_PIPELINE_ID";
    argument_of_the_clock: "docker build --build-arg D=$(date +%F) ." => "Docker  [Dockerfile] D=!$(date +%F)";
    argument_of_a_file: "docker build --build-arg V=$(cat VERSION) ." => "Docker  [Dockerfile] V=!$(cat VERSION)";
    argument_of_the_machine: "docker build --build-arg N=$(nproc) ." => "Docker  [Dockerfile] N=?$(nproc)";
    argument_that_is_a_credential: "docker build --build-arg T=$CI_JOB_TOKEN ." => "Docker  [Dockerfile] T=?$CI_JOB_TOKEN";
    argument_of_the_project: "docker build --build-arg I=$CI_REGISTRY_IMAGE/base ." => "Docker  [Dockerfile] I=?$CI_REGISTRY_IMAGE/base";
    argument_of_branches: "if x; then A=1; else A=2; fi\ndocker build --build-arg A=$A ." => "Docker  [Dockerfile] A=?1 or 2";
    options_in_a_variable: "OPTS=\"--pull --build-arg A=1\"\ndocker build $OPTS sub" => "Docker sub [sub/Dockerfile] A=1";
    options_in_an_unknown_variable: "docker build $OPTS sub" => "Docker sub [sub/Dockerfile]";
    options_in_an_unknown_variable_at_the_end: "docker build sub $OPTS" => "Docker sub [sub/Dockerfile]";
    options_that_are_empty: "OPTS=\ndocker build $OPTS sub" => "Docker sub [sub/Dockerfile]";
    options_appended: "OPTS=--pull\nOPTS+=\" --target x\"\ndocker build $OPTS ." => "Docker  [Dockerfile] target=x";
    context_in_a_variable: "DIR=a/b\ndocker build \"$DIR\"" => "Docker a/b [a/b/Dockerfile]";
    context_in_an_unknown_variable: "docker build \"$DIR\"" => "Docker ?$DIR [?$DIR/Dockerfile]";
    context_is_the_project: "docker build $CI_PROJECT_DIR" => "Docker  [Dockerfile]";
    context_below_the_project: "docker build ${CI_PROJECT_DIR}/a" => "Docker a [a/Dockerfile]";
    context_is_pwd: "docker build \"$PWD\"" => "Docker  [Dockerfile]";
    context_is_printed: "cd a && docker build $(pwd)" => "Docker a [a/Dockerfile]";
    context_outside: "docker build .." => "Docker ?.. [?../Dockerfile]";
    context_absolute: "docker build /tmp/x" => "Docker ?/tmp/x [?/tmp/x/Dockerfile]";
    context_normal: "docker build a/../b/." => "Docker b [b/Dockerfile]";
    cd_and: "cd docker && docker build ." => "Docker docker [docker/Dockerfile]";
    cd_lines: "cd a\ncd b\ndocker build -f ../Dockerfile ." => "Docker a/b [a/Dockerfile]";
    cd_back: "cd a\ncd -\ndocker build ." => "Docker  [Dockerfile]";
    cd_to_the_project: "cd a\ncd $CI_PROJECT_DIR\ndocker build ." => "Docker  [Dockerfile]";
    cd_unknown: "cd $X\ndocker build ." => "Docker ?$X [?$X/Dockerfile]";
    cd_in_a_subshell: "(cd a && make)\ndocker build ." => "Docker  [Dockerfile]";
    cd_and_build_in_a_subshell: "(cd a; docker build .)" => "Docker a [a/Dockerfile]";
    pushd_popd: "pushd a\npopd\ndocker build ." => "Docker  [Dockerfile]";
    pushd: "pushd a > /dev/null\ndocker build ." => "Docker a [a/Dockerfile]";
    image_build: "docker image build sub" => "Docker sub [sub/Dockerfile]";
    builder_build: "docker builder build sub" => "Docker sub [sub/Dockerfile]";
    global_options: "docker --context x -H tcp://y build sub" => "Docker sub [sub/Dockerfile]";
    sudo: "sudo -E docker build sub" => "Docker sub [sub/Dockerfile]";
    prefix: "DOCKER_BUILDKIT=1 docker build sub" => "Docker sub [sub/Dockerfile]";
    time_and_exec: "time exec docker build sub" => "Docker sub [sub/Dockerfile]";
    timeout: "timeout 30m docker build sub" => "Docker sub [sub/Dockerfile]";
    env: "env A=b docker build sub" => "Docker sub [sub/Dockerfile]";
    path_of_the_tool: "/usr/bin/docker build sub" => "Docker sub [sub/Dockerfile]";
    or_true: "docker pull x || true; docker build sub" => "Docker sub [sub/Dockerfile]";
    negated: "if ! docker build sub; then exit 1; fi" => "Docker sub [sub/Dockerfile]";
    pipe: "docker build sub 2>&1 | tee log" => "Docker sub [sub/Dockerfile]";
    continued: "docker build \\\n  --target x \\\n  sub" => "Docker sub [sub/Dockerfile] target=x";
    commented_out: "# docker build .\necho hello" => "-";
    quoted_is_not_run: "echo 'docker build .'" => "-";
    here_document_is_not_run: "cat <<EOF\ndocker build .\nEOF" => "-";
    help_is_no_build: "docker build --help" => "-";
    other_commands: "docker login -u x -p y z\ndocker pull a\ndocker push b" => "-";
    shell_with_a_script: "sh -c 'cd a && docker build .'" => "Docker a [a/Dockerfile]";
    shell_with_a_script_in_double_quotes: "bash -ec \"docker build $X sub\"" => "Docker sub [sub/Dockerfile]";
    eval_of_text: "eval \"docker build sub\"" => "Docker sub [sub/Dockerfile]";
    function_called: "build() {\n docker build \"$1\"\n}\nbuild sub" => "Docker sub [sub/Dockerfile]";
    function_not_called: "build() { docker build .; }\necho x" => "-";
    function_keyword: "function build {\n docker build sub\n}\nbuild" => "Docker sub [sub/Dockerfile]";
    for_loop: "for d in sub; do docker build $d; done" => "Docker sub [sub/Dockerfile]";
    case_arms: "case $X in\n a) T=1 ;;\n *) T=2 ;;\nesac\ndocker build --target $T ." => "Docker  [Dockerfile] target=?1 or 2";
    nerdctl: "nerdctl -n k8s.io build sub" => "Docker sub [sub/Dockerfile]";
    buildx: "docker buildx build --push -t x sub" => "Buildx sub [sub/Dockerfile]";
    buildx_short: "docker buildx b sub" => "Buildx sub [sub/Dockerfile]";
    buildx_options: "docker buildx build --platform linux/amd64,linux/arm64 --provenance=false --cache-to type=inline --output type=registry -f d/Dockerfile sub" => "Buildx sub [d/Dockerfile]";
    buildx_with_builder: "docker buildx --builder b build sub" => "Buildx sub [sub/Dockerfile]";
    buildx_named_contexts: "docker buildx build --build-context lib=../lib --build-context base=docker-image://x ." => "Buildx  [Dockerfile] lib:?../lib base:?docker-image://x";
    buildx_named_context_folder: "docker buildx build --build-context lib=./lib a" => "Buildx a [a/Dockerfile] lib:lib";
    buildx_create_is_no_build: "docker buildx create --use" => "-";
    buildah: "buildah bud -t x sub" => "Buildah sub [sub/Containerfile, sub/Dockerfile]";
    buildah_file: "buildah build -f Containerfile.x sub" => "Buildah sub [Containerfile.x, sub/Containerfile.x]";
    buildah_file_with_the_same_place: "buildah build -f Containerfile.x ." => "Buildah  [Containerfile.x]";
    buildah_default_context: "cd a\nbuildah bud -t x" => "Buildah a [a/Containerfile, a/Dockerfile]";
    buildah_long_name: "buildah --storage-driver vfs build-using-dockerfile --layers sub" => "Buildah sub [sub/Containerfile, sub/Dockerfile]";
    podman: "podman build --format docker sub" => "Podman sub [sub/Containerfile, sub/Dockerfile]";
    podman_context_is_the_folder_of_the_file: "podman build -f a/Dockerfile" => "Podman a [a/Dockerfile, a/a/Dockerfile]";
    img: "img build -t x sub" => "Img sub [sub/Dockerfile]";
    kaniko: "/kaniko/executor --context $CI_PROJECT_DIR --dockerfile $CI_PROJECT_DIR/Dockerfile --destination x" => "Kaniko  [Dockerfile]";
    kaniko_quoted: "/kaniko/executor --context \"${CI_PROJECT_DIR}\" --dockerfile \"${CI_PROJECT_DIR}/a/Dockerfile\" --destination x" => "Kaniko  [a/Dockerfile]";
    kaniko_short: "/kaniko/executor -c a -f Dockerfile.x -d y" => "Kaniko a [Dockerfile.x, a/Dockerfile.x]";
    kaniko_dir: "/kaniko/executor -c dir://$CI_PROJECT_DIR/a -d y" => "Kaniko a [Dockerfile, a/Dockerfile]";
    kaniko_sub_path: "/kaniko/executor -c . --context-sub-path=a -d y" => "Kaniko a [Dockerfile, a/Dockerfile]";
    kaniko_without_context: "/kaniko/executor -d y" => "Kaniko  [Dockerfile]";
    kaniko_of_a_repository: "/kaniko/executor -c git://example.org/x -d y" => "Kaniko ?git://example.org/x [Dockerfile, ?git://example.org/x/Dockerfile]";
    kaniko_arguments: "/kaniko/executor --build-arg A=1 --target=t --cache=true --cache-ttl 24h -c a -d y" => "Kaniko a [Dockerfile, a/Dockerfile] target=t A=1";
}

cases! { pushed;
    renku_cut: "CI_COMMIT_SHA_7=$(echo $CI_COMMIT_SHA | cut -c1-7)\ndocker build --tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7 .\ndocker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    cut_from_nothing: "T=$(echo $CI_COMMIT_SHA | cut -c -7)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    cut_bytes: "T=$(echo $CI_COMMIT_SHA | cut -b1-9)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..9]";
    cut_here_string: "T=$(cut -c1-7 <<< $CI_COMMIT_SHA)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    head: "T=$(printf %s \"$CI_COMMIT_SHA\" | head -c 7)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    head_attached: "T=$(echo -n $CI_COMMIT_SHA | head -c7)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    awk: "T=$(echo $CI_COMMIT_SHA | awk '{print substr($0, 1, 7)}')\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    backticks: "T=`echo $CI_COMMIT_SHA | cut -c1-7`\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    slice: "docker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7} .\ndocker push $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7}" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    slice_of_the_short_one: "docker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_SHORT_SHA::7} .\ndocker push $CI_REGISTRY_IMAGE:${CI_COMMIT_SHORT_SHA::7}" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    short_sha: "docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA . && docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..8]";
    full_sha: "docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA . && docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    old_name_of_the_sha: "docker build -t $CI_REGISTRY_IMAGE:$CI_BUILD_REF . && docker push $CI_REGISTRY_IMAGE:$CI_BUILD_REF" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    rev_parse: "T=$(git rev-parse --short HEAD)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7-40]";
    rev_parse_length: "T=$(git rev-parse --short=10 $CI_COMMIT_SHA)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..10]";
    rev_parse_whole: "T=$(git rev-parse HEAD)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    rev_parse_and_cut: "T=$(git rev-parse HEAD | cut -c1-7)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    git_log: "T=$(git log -1 --format=%h)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7-40]";
    last_digits_name_nothing: "docker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:33:7} .\ndocker push $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:33:7}" => "$CI_REGISTRY_IMAGE ${CI_COMMIT_SHA:33:7}";
    sha_and_latest: "docker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7} -t $CI_REGISTRY_IMAGE:latest .\ndocker push $CI_REGISTRY_IMAGE:latest\ndocker push $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7}" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7], latest";
    all_tags: "docker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7} -t $CI_REGISTRY_IMAGE:latest .\ndocker push -a $CI_REGISTRY_IMAGE" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7], latest";
    no_tag_is_latest: "docker build -t $CI_REGISTRY_IMAGE .\ndocker push $CI_REGISTRY_IMAGE" => "$CI_REGISTRY_IMAGE latest";
    renamed: "docker build -t app .\ndocker tag app $CI_REGISTRY_IMAGE:v$CI_COMMIT_SHORT_SHA\ndocker push $CI_REGISTRY_IMAGE:v$CI_COMMIT_SHORT_SHA" => "$CI_REGISTRY_IMAGE v$CI_COMMIT_SHA[0..8]";
    renamed_twice: "docker build -t app .\ndocker tag app b\ndocker tag b $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA\ndocker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    name_in_variables: "IMAGE=$CI_REGISTRY_IMAGE/app\nTAG=$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHORT_SHA\ndocker build -t $IMAGE:$TAG .\ndocker push \"$IMAGE:$TAG\"" => "$CI_REGISTRY_IMAGE/app $CI_COMMIT_REF_SLUG-$CI_COMMIT_SHA[0..8]";
    exported: "export TAG=${CI_COMMIT_SHA:0:7}\ndocker build -t $CI_REGISTRY_IMAGE:$TAG .\ndocker push $CI_REGISTRY_IMAGE:$TAG" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    registry_and_path: "docker build -t $CI_REGISTRY/$CI_PROJECT_PATH:$CI_COMMIT_SHA .\ndocker push $CI_REGISTRY/$CI_PROJECT_PATH:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    registry_and_namespace: "docker build -t $CI_REGISTRY/$CI_PROJECT_NAMESPACE/$CI_PROJECT_NAME/x:$CI_COMMIT_SHA .\ndocker push $CI_REGISTRY/$CI_PROJECT_NAMESPACE/$CI_PROJECT_NAME/x:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE/x $CI_COMMIT_SHA";
    lower_case_path: "P=$(echo $CI_PROJECT_PATH | tr '[:upper:]' '[:lower:]')\ndocker build -t $CI_REGISTRY/$P:$CI_COMMIT_SHA .\ndocker push $CI_REGISTRY/$P:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    literal_registry_with_port: "docker build -t reg.example.org:5000/a/b:$CI_COMMIT_SHA .\ndocker push reg.example.org:5000/a/b:$CI_COMMIT_SHA" => "reg.example.org:5000/a/b $CI_COMMIT_SHA";
    literal_registry_with_port_without_tag: "docker build -t reg.example.org:5000/a/b .\ndocker push reg.example.org:5000/a/b" => "reg.example.org:5000/a/b latest";
    unknown_repository: "docker build -t $HUB_IMAGE:$CI_COMMIT_SHA .\ndocker push $HUB_IMAGE:$CI_COMMIT_SHA" => "$HUB_IMAGE $CI_COMMIT_SHA";
    project_before_another_registry: "docker build -t hub/x:1 -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\ndocker push hub/x:1\ndocker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    git_tag: "docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_TAG .\ndocker push $CI_REGISTRY_IMAGE:$CI_COMMIT_TAG" => "$CI_REGISTRY_IMAGE $CI_COMMIT_TAG";
    git_tag_or_sha: "T=${CI_COMMIT_TAG:-${CI_COMMIT_SHA:0:7}}\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $CI_COMMIT_TAG, $CI_COMMIT_SHA[0..7]";
    default_of_an_unset_variable: "docker build -t $CI_REGISTRY_IMAGE:${TAG:-$CI_COMMIT_SHA} .\ndocker push $CI_REGISTRY_IMAGE:${TAG:-$CI_COMMIT_SHA}" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    if_and_else: "if [ -n \"$CI_COMMIT_TAG\" ]; then\n  TAG=$CI_COMMIT_TAG\nelse\n  TAG=$CI_COMMIT_SHORT_SHA\nfi\ndocker build -t $CI_REGISTRY_IMAGE:$TAG .\ndocker push $CI_REGISTRY_IMAGE:$TAG" => "$CI_REGISTRY_IMAGE $CI_COMMIT_TAG, $CI_COMMIT_SHA[0..8]";
    if_alone_keeps_the_value_before: "TAG=$CI_COMMIT_SHA\nif [ \"$CI_COMMIT_BRANCH\" = main ]; then TAG=latest; fi\ndocker build -t $CI_REGISTRY_IMAGE:$TAG .\ndocker push $CI_REGISTRY_IMAGE:$TAG" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA, latest";
    test_and_set: "TAG=$CI_COMMIT_SHA\n[ -z \"$X\" ] && TAG=latest\ndocker build -t $CI_REGISTRY_IMAGE:$TAG .\ndocker push $CI_REGISTRY_IMAGE:$TAG" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA, latest";
    set_after_and_without_test: "true_thing && export TAG=$CI_COMMIT_SHA\ndocker build -t $CI_REGISTRY_IMAGE:$TAG .\ndocker push $CI_REGISTRY_IMAGE:$TAG" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    loop_over_tags: "docker build -t app .\nfor t in ${CI_COMMIT_SHA:0:7} latest; do\n  docker tag app $CI_REGISTRY_IMAGE:$t\n  docker push $CI_REGISTRY_IMAGE:$t\ndone" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7], latest";
    branch_name: "docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG .\ndocker push $CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG" => "$CI_REGISTRY_IMAGE $CI_COMMIT_REF_SLUG";
    pipeline: "docker build -t $CI_REGISTRY_IMAGE:$CI_PIPELINE_IID .\ndocker push $CI_REGISTRY_IMAGE:$CI_PIPELINE_IID" => "$CI_REGISTRY_IMAGE $CI_PIPELINE_IID";
    date_and_sha: "T=$(date +%F)-$CI_COMMIT_SHORT_SHA\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $(date +%F)-$CI_COMMIT_SHA[0..8]";
    sed_is_not_known: "T=$(echo $CI_COMMIT_REF_NAME | sed s/x/y/)\ndocker build -t $CI_REGISTRY_IMAGE:$T .\ndocker push $CI_REGISTRY_IMAGE:$T" => "$CI_REGISTRY_IMAGE $(echo $CI_COMMIT_REF_NAME | sed s/x/y/)";
    replacement_is_not_known: "docker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_REF_NAME//\\//-} .\ndocker push $CI_REGISTRY_IMAGE:${CI_COMMIT_REF_NAME//\\//-}" => "$CI_REGISTRY_IMAGE ${CI_COMMIT_REF_NAME…}";
    kaniko: "/kaniko/executor --context . --destination $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7} --destination=$CI_REGISTRY_IMAGE:latest" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7], latest";
    kaniko_no_push: "/kaniko/executor --no-push -c . -d $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "- $CI_COMMIT_SHA";
    buildx_push: "docker buildx build --push -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA -t $CI_REGISTRY_IMAGE ." => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA, latest";
    buildx_output: "docker buildx build --output type=image,name=$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA,push=true ." => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    buildx_registry: "docker buildx build -o type=registry -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA ." => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    buildah_push: "buildah bud -t app .\nbuildah push app docker://$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    buildah_push_same: "buildah bud -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\nbuildah push --format v2s2 $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    podman_push: "podman build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\npodman push --tls-verify=false $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    img_push: "img build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\nimg push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    skopeo: "docker build -t app .\nskopeo copy docker-daemon:app docker://$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    crane_tag: "/kaniko/executor -c . -d $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA\ncrane tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA latest" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA, latest";
    two_images: "docker build -t $CI_REGISTRY_IMAGE/base:$CI_COMMIT_SHA base\ndocker push $CI_REGISTRY_IMAGE/base:$CI_COMMIT_SHA\ndocker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7} .\ndocker push $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7}" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA[0..7]";
    cache_image_is_another: "docker build --target builder -t $CI_REGISTRY_IMAGE/cache:latest .\ndocker push $CI_REGISTRY_IMAGE/cache:latest\ndocker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\ndocker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    no_push_in_sight: "docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\n./push.sh" => "- $CI_COMMIT_SHA";
    no_name: "docker build ." => "- $CI_COMMIT_SHA[0..7]";
    digest_is_dropped: "docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\ndocker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA@sha256:abc" => "$CI_REGISTRY_IMAGE $CI_COMMIT_SHA";
    too_many_values: "for a in 1 2 3 4 5; do for b in 1 2 3 4 5; do docker build -t $CI_REGISTRY_IMAGE:$a-$b . && docker push $CI_REGISTRY_IMAGE:$a-$b; done; done" => "$CI_REGISTRY_IMAGE:$a-$b latest";
}

const RENKU: &str = r#"
variables:
  GIT_STRATEGY: fetch
  GIT_SSL_NO_VERIFY: "true"
  GIT_LFS_SKIP_SMUDGE: 1
  DOCKER_BUILDKIT: 1

stages:
  - build

image_build:
  stage: build
  image: docker:stable
  before_script:
    - docker login -u gitlab-ci-token -p $CI_JOB_TOKEN http://$CI_REGISTRY
  script: |
    CI_COMMIT_SHA_7=$(echo $CI_COMMIT_SHA | cut -c1-7)
    docker build --tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7 .
    docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7
"#;

const BUILD: &str =
    "docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA . && docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA";

cases! { found;
    renku: RENKU => "image_build $CI_COMMIT_SHA[0..7]";
    renku_list: "image_build:\n  tags: [image-build]\n  script:\n    - CI_COMMIT_SHA_7=$(echo $CI_COMMIT_SHA | cut -c1-7)\n    - docker build --tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7 .\n    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7" => "image_build $CI_COMMIT_SHA[0..7]";
    renku_pinned: "image_build:\n  rules:\n    - if: $CI_COMMIT_TAG =~ /^\\d+\\.\\d+\\.\\d+/\n  script: |\n    docker build --tag $CI_REGISTRY_IMAGE:$CI_COMMIT_TAG .\n    docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_TAG" => "image_build $CI_COMMIT_TAG";
    renku_builds_nothing: "image_build:\n  script: |\n    # docker build .\n    echo nothing to do" => "-";
    ref_name_of_tags_alone: &format!("a:\n  only: [tags]\n  script: {}", BUILD.replace("SHA", "REF_NAME")) => "a $CI_COMMIT_TAG";
    ref_name_otherwise: &format!("a:\n  script: {}", BUILD.replace("SHA", "REF_NAME")) => "a $CI_COMMIT_REF_NAME";
    name_of_renku_first: &format!("a:\n  script: {BUILD}\nimage_build:\n  script: docker build -t x ."  ) => "image_build latest";
    pushing_before_building: &format!("test:\n  script: docker build -t x .\nb:\n  script: {BUILD}") => "b $CI_COMMIT_SHA";
    file_order: &format!("b:\n  script: {BUILD}\na:\n  script: {BUILD}") => "b $CI_COMMIT_SHA";
    building_alone: "a:\n  script: docker build ." => "a $CI_COMMIT_SHA[0..7]";
    hidden_jobs_do_not_count: &format!(".a:\n  script: {BUILD}") => "-";
    kaniko_image_with_a_name: "a:\n  image: {name: gcr.io/kaniko-project/executor:debug, entrypoint: ['']}\n  script: executor -c . -d $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" => "a $CI_COMMIT_SHA";
    executor_elsewhere_is_none: "a:\n  script: executor -c . -d x" => "-";
    after_script_builds: &format!("a:\n  script: echo\n  after_script: [{BUILD:?}]") => "a $CI_COMMIT_SHA";
    after_script_has_no_variables_of_the_script: "a:\n  script: T=1\n  after_script: ['docker build -t $CI_REGISTRY_IMAGE:$T . && docker push $CI_REGISTRY_IMAGE:$T']" => "a $T";
    global_variables: "variables:\n  TAG: $CI_COMMIT_SHORT_SHA\n  IMG: $CI_REGISTRY_IMAGE:$TAG\na:\n  script: docker build -t $IMG . && docker push $IMG" => "a $CI_COMMIT_SHA[0..8]";
    job_variables_win: "variables: {TAG: a}\nx:\n  variables: {TAG: $CI_COMMIT_SHA}\n  script: docker build -t $CI_REGISTRY_IMAGE:$TAG . && docker push $CI_REGISTRY_IMAGE:$TAG" => "x $CI_COMMIT_SHA";
    variable_with_description: "variables:\n  TAG: {value: $CI_COMMIT_SHA, description: x}\na:\n  script: docker build -t $CI_REGISTRY_IMAGE:$TAG . && docker push $CI_REGISTRY_IMAGE:$TAG" => "a $CI_COMMIT_SHA";
    variable_not_expanded: "variables:\n  TAG: {value: a, expand: false}\na:\n  script: docker build -t $CI_REGISTRY_IMAGE:$TAG . && docker push $CI_REGISTRY_IMAGE:$TAG" => "a a";
    variables_in_a_circle: "variables: {A: $B, B: $A}\na:\n  script: docker build -t $CI_REGISTRY_IMAGE:$A . && docker push $CI_REGISTRY_IMAGE:$A" => "a $B";
    escaped_dollar: "variables: {A: a$$b}\na:\n  script: docker build -t $CI_REGISTRY_IMAGE:$A . && docker push $CI_REGISTRY_IMAGE:$A" => "a a$b";
    inherit_no_variables: "variables: {T: a}\na:\n  inherit: {variables: false}\n  script: docker build -t $CI_REGISTRY_IMAGE:$T . && docker push $CI_REGISTRY_IMAGE:$T" => "a $T";
    inherit_some_variables: "variables: {T: a, U: b}\na:\n  inherit: {variables: [U]}\n  script: docker build -t $CI_REGISTRY_IMAGE:$T-$U . && docker push $CI_REGISTRY_IMAGE:$T-$U" => "a $T-b";
    variable_of_a_rule: "a:\n  variables: {T: latest}\n  rules:\n    - if: $X\n      variables: {T: $CI_COMMIT_SHA}\n    - when: always\n  script: docker build -t $CI_REGISTRY_IMAGE:$T . && docker push $CI_REGISTRY_IMAGE:$T" => "a $CI_COMMIT_SHA, latest";
    variable_of_a_workflow_rule: "workflow:\n  rules:\n    - if: $CI_COMMIT_TAG\n      variables: {T: $CI_COMMIT_TAG}\n    - variables: {T: $CI_COMMIT_SHA}\na:\n  variables: {I: $CI_REGISTRY_IMAGE:$T}\n  script: docker build -t $I . && docker push $I" => "a $CI_COMMIT_TAG, $CI_COMMIT_SHA";
    matrix: "a:\n  parallel:\n    matrix:\n      - V: [1, 2]\n  script: docker build -t $CI_REGISTRY_IMAGE:$V-$CI_COMMIT_SHA . && docker push $CI_REGISTRY_IMAGE:$V-$CI_COMMIT_SHA" => "a $V-$CI_COMMIT_SHA";
    default_before_script: "default:\n  before_script: [T=$CI_COMMIT_SHA]\na:\n  script: docker build -t $CI_REGISTRY_IMAGE:$T . && docker push $CI_REGISTRY_IMAGE:$T" => "a $CI_COMMIT_SHA";
    top_level_before_script: "before_script: [T=$CI_COMMIT_SHA]\na:\n  script: docker build -t $CI_REGISTRY_IMAGE:$T . && docker push $CI_REGISTRY_IMAGE:$T" => "a $CI_COMMIT_SHA";
    own_before_script_wins: "before_script: [T=x]\na:\n  before_script: []\n  script: docker build -t $CI_REGISTRY_IMAGE:$T . && docker push $CI_REGISTRY_IMAGE:$T" => "a $T";
    inherit_no_default: "default:\n  before_script: [T=x]\na:\n  inherit: {default: false}\n  script: docker build -t $CI_REGISTRY_IMAGE:$T . && docker push $CI_REGISTRY_IMAGE:$T" => "a $T";
    inherit_other_default: "default:\n  before_script: [T=x]\na:\n  inherit: {default: [image]}\n  script: docker build -t $CI_REGISTRY_IMAGE:$T . && docker push $CI_REGISTRY_IMAGE:$T" => "a $T";
    extends: &format!(".b:\n  script: {BUILD}\na:\n  extends: .b") => "a $CI_COMMIT_SHA";
    extends_merges_variables: ".b:\n  variables: {T: $CI_COMMIT_SHA, U: x}\n  script: docker build -t $CI_REGISTRY_IMAGE:$T-$U . && docker push $CI_REGISTRY_IMAGE:$T-$U\na:\n  extends: .b\n  variables: {U: y}" => "a $CI_COMMIT_SHA-y";
    extends_list_later_wins: &format!(".b:\n  script: docker build -t x .\n.c:\n  script: {BUILD}\na:\n  extends: [.b, .c]") => "a $CI_COMMIT_SHA";
    extends_chain: &format!(".a:\n  script: {BUILD}\n.b:\n  extends: .a\n.c:\n  extends: .b\nd:\n  extends: .c") => "d $CI_COMMIT_SHA";
    extends_itself: "a:\n  extends: a\n  script: docker build ." => "a $CI_COMMIT_SHA[0..7]";
    reference_in_a_script: &format!(".b:\n  script: [{BUILD:?}]\na:\n  script:\n    - echo\n    - !reference [.b, script]") => "a $CI_COMMIT_SHA";
    reference_as_a_script: &format!(".b:\n  script: [{BUILD:?}]\na:\n  script: !reference [.b, script]") => "a $CI_COMMIT_SHA";
    reference_nested: &format!(".c:\n  script: [{BUILD:?}]\n.b:\n  script: [!reference [.c, script]]\na:\n  script: [!reference [.b, script]]") => "a $CI_COMMIT_SHA";
    reference_sees_extended_jobs: &format!(".c:\n  script: [{BUILD:?}]\n.b:\n  extends: .c\na:\n  script: [!reference [.b, script]]") => "a $CI_COMMIT_SHA";
    reference_of_variables: ".v:\n  variables: {T: $CI_COMMIT_SHA}\na:\n  variables: !reference [.v, variables]\n  script: docker build -t $CI_REGISTRY_IMAGE:$T . && docker push $CI_REGISTRY_IMAGE:$T" => "a $CI_COMMIT_SHA";
    reference_to_itself: "a:\n  script: [!reference [a, script], docker build .]" => "a $CI_COMMIT_SHA[0..7]";
    reference_to_nothing: "a:\n  script: [!reference [b, script], docker build .]" => "a $CI_COMMIT_SHA[0..7]";
    nested_lists: &format!("a:\n  script:\n    - [echo, [{BUILD:?}]]") => "a $CI_COMMIT_SHA";
    anchors: &format!(".b: &b\n  script: {BUILD}\na:\n  <<: *b\n  stage: x") => "a $CI_COMMIT_SHA";
    anchor_of_lines: &format!(".b: &b\n  - {BUILD}\na:\n  script:\n    - echo\n    - *b") => "a $CI_COMMIT_SHA";
    header_document: &format!("spec:\n  inputs: {{}}\n---\na:\n  script: {BUILD}") => "a $CI_COMMIT_SHA";
    inputs_with_defaults: "spec:\n  inputs:\n    t: {default: $CI_COMMIT_SHA}\n---\na:\n  script: docker build -t $CI_REGISTRY_IMAGE:$[[ inputs.t ]] . && docker push $CI_REGISTRY_IMAGE:$[[ inputs.t ]]" => "a $CI_COMMIT_SHA";
    script_spans_items: "a:\n  script:\n    - if [ -n \"$X\" ]; then\n    - T=a\n    - else\n    - T=b\n    - fi\n    - docker build -t $CI_REGISTRY_IMAGE:$T .\n    - docker push $CI_REGISTRY_IMAGE:$T" => "a a, b";
    empty: "" => "-";
    broken: "a: [" => "-";
    list: "- a" => "-";
    text: "a" => "-";
    job_is_text: "a: b" => "-";
    job_without_script: "a:\n  stage: x" => "-";
    trigger_job: "a:\n  trigger: group/project" => "-";
    opaque: "a:\n  script: make docker" => "-";
}

#[test]
fn the_renku_template_whole() {
    let ci = one(RENKU);
    let job = ci.image_job(None).expect("the template builds an image");
    assert_eq!(ci.files(), [".gitlab-ci.yml"]);
    assert_eq!(ci.jobs().collect::<Vec<_>>(), ["image_build"]);
    assert!(ci.notes().is_empty() && job.notes.is_empty(), "{:?} {:?}", ci.notes(), job.notes);
    assert_eq!(build_of(&job.build), "Docker  [Dockerfile]");
    assert_eq!(job.images.len(), 1);
    assert!(job.changes.is_empty());
    assert_eq!(job.triggers.decide(&PipelineFacts::push("renku/autosave/x", Some(&[]))).runs, Runs::Yes);
    assert_eq!(job.triggers.decide(&PipelineFacts::tag("1.0")).runs, Runs::Yes);
}

#[test]
fn the_wanted_job() {
    let ci = one(&format!("a:\n  script: {BUILD}\nb:\n  script: make image\nc:\n  script: docker build sub"));
    assert_eq!(ci.image_job(Some("c")).map(|job| build_of(&job.build)).as_deref(), Some("Docker sub [sub/Dockerfile]"));
    let opaque = ci.image_job(Some("b")).expect("it is there");
    assert!(opaque.notes.iter().any(|note| note.contains("make image")), "{:?}", opaque.notes);
    assert_eq!(opaque.scheme, crate::scheme::TagScheme::default());
    assert!(ci.image_job(Some("d")).is_none());
}

#[test]
fn why_there_is_no_image_job() {
    let why = |text: &str| one(text).no_image_job().unwrap_or_default();
    assert!(why("a:\n  script: make docker").contains("a calls `make docker`"));
    assert!(why("a:\n  script: docker compose build").contains("docker compose build"));
    assert!(why("a:\n  script: docker buildx bake").contains("bake"));
    assert!(why("a:\n  script: sh ci/build.sh").contains("ci/build.sh"));
    assert!(why("a:\n  script: echo").starts_with("No job"));
    assert_eq!(why("a:\n  script: docker build ."), "");
}

/// The files, what the jobs are, and the notes of a CI file with includes.
fn included(files: &[(&str, &str)]) -> (String, String, Vec<String>) {
    let ci = load(files);
    let jobs: Vec<_> = ci.jobs().collect();
    (ci.files().join(" "), jobs.join(" "), ci.notes().to_vec())
}

#[test]
fn include_of_a_string() {
    let (files, jobs, notes) =
        included(&[(".gitlab-ci.yml", "include: /ci/a.yml\nb: {script: x}"), ("ci/a.yml", "a: {script: x}")]);
    assert_eq!((files.as_str(), jobs.as_str(), notes.len()), (".gitlab-ci.yml ci/a.yml", "a b", 0));
}

#[test]
fn include_of_a_list_nested_and_with_rules() {
    let main = "include:\n  - ci/a.yml\n  - local: ci/b.yml\n    rules: [{if: $X}]\n";
    let (files, jobs, notes) = included(&[
        (".gitlab-ci.yml", main),
        ("ci/a.yml", "include: {local: ci/c.yml}\na: {script: x}"),
        ("ci/b.yml", "b: {script: x}"),
        ("ci/c.yml", "c: {script: x}"),
    ]);
    assert_eq!((files.as_str(), jobs.as_str(), notes.len()), (".gitlab-ci.yml ci/a.yml ci/b.yml ci/c.yml", "c a b", 0));
}

#[test]
fn include_is_overridden_by_the_file() {
    let main = "include: a.yml\nbuild:\n  variables: {T: $CI_COMMIT_SHA}";
    let base = "build:\n  variables: {T: x, U: y}\n  script: docker build -t $CI_REGISTRY_IMAGE:$T-$U . && docker push $CI_REGISTRY_IMAGE:$T-$U";
    let ci = load(&[(".gitlab-ci.yml", main), ("a.yml", base)]);
    assert_eq!(ci.image_job(None).map(|job| job.scheme.to_string()).as_deref(), Some("$CI_COMMIT_SHA-y"));
}

#[test]
fn include_with_wildcards() {
    let files = [
        (".gitlab-ci.yml", "include: ['ci/*.yml', {local: 'deep/**.yml'}]"),
        ("ci/a.yml", "a: {script: x}"),
        ("ci/b.yaml", "b: {script: x}"),
        ("ci/x/c.yml", "c: {script: x}"),
        ("deep/x/d.yml", "d: {script: x}"),
        ("deep/e.yml", "e: {script: x}"),
        ("deep/f.txt", "f: {script: x}"),
    ];
    let ci = load(&files);
    assert_eq!(ci.files(), [".gitlab-ci.yml", "ci/a.yml", "deep/e.yml", "deep/x/d.yml"]);
    assert_eq!(ci.include_patterns(), ["ci/*.yml", "deep/**.yml"]);
}

#[test]
fn include_of_what_is_not_there() {
    let (files, jobs, notes) = included(&[(".gitlab-ci.yml", "include: a.yml\nb: {script: x}")]);
    assert_eq!((files.as_str(), jobs.as_str()), (".gitlab-ci.yml a.yml", "b"));
    assert_eq!(notes, [".gitlab-ci.yml includes a.yml, which is not in this commit."]);
}

#[test]
fn include_in_a_circle() {
    let (files, jobs, notes) =
        included(&[(".gitlab-ci.yml", "include: a.yml"), ("a.yml", "include: .gitlab-ci.yml\na: {script: x}")]);
    assert_eq!((files.as_str(), jobs.as_str(), notes.len()), (".gitlab-ci.yml a.yml", "a", 1));
}

#[test]
fn include_from_elsewhere_is_a_note_each() {
    let main = "include:\n  - https://example.org/a.yml\n  - remote: https://example.org/b.yml\n  - template: Auto-DevOps.gitlab-ci.yml\n  - {project: group/ci, file: [/x.yml, /y.yml]}\n  - component: example.org/c/d@1\n  - local: $X.yml\n";
    let (files, _, notes) = included(&[(".gitlab-ci.yml", main)]);
    assert_eq!(files, ".gitlab-ci.yml");
    assert_eq!(notes.len(), 6, "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("project group/ci (/x.yml, /y.yml)")), "{notes:?}");
}

#[test]
fn include_with_inputs() {
    let part = "spec:\n  inputs:\n    tag: {default: x}\n    job:\n---\n$[[ inputs.job ]]:\n  script: docker build -t $CI_REGISTRY_IMAGE:$[[ inputs.tag ]] . && docker push $CI_REGISTRY_IMAGE:$[[ inputs.tag ]]";
    let main = "include:\n  - local: a.yml\n    inputs: {job: made, tag: $CI_COMMIT_SHA}";
    let job = load(&[(".gitlab-ci.yml", main), ("a.yml", part)]).image_job(None).expect("it is included");
    assert_eq!((job.name.as_str(), job.scheme.to_string().as_str()), ("made", "$CI_COMMIT_SHA"));
}

#[test]
fn more_includes_than_gitlab_allows() {
    let list: String = (0..200).map(|at| format!("  - f{at}.yml\n")).collect::<Vec<_>>().concat();
    let ci = one(&format!("include:\n{list}"));
    assert_eq!(ci.files().len(), 151);
    assert!(ci.notes().iter().any(|note| note.contains("150")));
}

#[test]
fn wildcards_of_includes() {
    for (pattern, path, want) in [
        ("a.yml", "a.yml", true),
        ("*", "a.yml", true),
        ("*", "x/a.yml", false),
        ("**", "x/y/a.yaml", true),
        ("*.yml", "a.yaml", false),
        ("ci/*.yml", "ci/.yml", true),
        ("ci/*a*.yml", "ci/bab.yml", true),
        ("ci/*a*.yml", "ci/b/a.yml", false),
        ("**/x/*.yml", "a/b/x/c.yml", true),
        ("**/x/*.yml", "x/c.yml", false),
        ("ci/?.yml", "ci/a.yml", false),
        ("ci/{a,b}.yml", "ci/a.yml", false),
        ("***.yml", "x/a.yml", true),
        ("", "a.yml", false),
    ] {
        assert_eq!(include_matches(pattern, path), want, "{pattern} {path}");
    }
}

#[test]
fn a_missing_file() {
    let ci = load(&[]);
    assert!(!ci.exists());
    assert_eq!(ci.files(), [".gitlab-ci.yml"]);
    assert!(ci.image_job(None).is_none());
    assert_eq!(ci.no_image_job().as_deref(), Some("There is no CI file."));
}

#[test]
fn a_broken_file_names_the_line() {
    let ci = one("a: b\nc: [\n");
    assert!(ci.exists());
    assert!(ci.notes().iter().any(|note| note.starts_with(".gitlab-ci.yml:")), "{:?}", ci.notes());
    let ci = load(&[(".gitlab-ci.yml", "include: ci/a.yml"), ("ci/a.yml", "x\n\ty: [")]);
    assert!(ci.notes().iter().any(|note| note.starts_with("ci/a.yml:")), "{:?}", ci.notes());
}

#[test]
fn errors_of_the_source_are_passed_on_after_all_files_were_asked_for() {
    struct Pending(Vec<String>);
    impl Files for Pending {
        type Error = ();
        fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, ()> {
            self.0.push(path.to_owned());
            if path == ".gitlab-ci.yml" { Ok(Some(b"include: [a.yml, b.yml]".to_vec())) } else { Err(()) }
        }
        fn list(&mut self, _: &str) -> Result<Vec<String>, ()> {
            Err(())
        }
    }
    let mut files = Pending(Vec::new());
    assert!(CiFile::load(".gitlab-ci.yml", &mut files).is_err());
    assert_eq!(files.0, [".gitlab-ci.yml", "a.yml", "b.yml"]);
}

#[test]
fn extends_deeper_than_gitlab_allows() {
    let mut text = format!(".a0:\n  script: {BUILD}\n");
    for level in 1..=12 {
        text.push_str(&format!(".a{level}:\n  extends: .a{}\n", level - 1));
    }
    let file = |level: usize| one(&format!("{text}job:\n  extends: .a{level}\n"));
    assert!(!file(9).notes().iter().any(|note| note.starts_with("The job job ")), "{:?}", file(9).notes());
    assert!(file(12).notes().iter().any(|note| note.starts_with("The job job ")), "{:?}", file(12).notes());
}

#[test]
fn what_multiplies_is_bounded() {
    // References that double, variables that double, parameters that nest, loops in loops, bases of bases.
    let mut text = String::from(".r0:\n  script: [x, x]\n");
    for level in 1..30 {
        text.push_str(&format!(
            ".r{level}:\n  script: [!reference [.r{0}, script], !reference [.r{0}, script]]\n",
            level - 1
        ));
    }
    text.push_str("a:\n  script: [!reference [.r29, script]]\nvariables:\n  V0: ''\n");
    for level in 1..40 {
        text.push_str(&format!("  V{level}: {}\n", format!("$V{}", level - 1).repeat(10)));
    }
    let nested = format!("{}x{}", "${A:-".repeat(2_000), "}".repeat(2_000));
    let commands = format!("{}x{}", "$(echo ".repeat(2_000), ")".repeat(2_000));
    let loops = "for i in 1 2; do ".repeat(3_000);
    let ifs = "if x; then A=1; ".repeat(3_000);
    text.push_str(&format!("b:\n  script:\n    - echo $V39\n    - X={nested}\n    - Y={commands}\n    - '{loops}'\n    - '{ifs}'\n    - docker build -t $V39 .\n"));
    let start = std::time::Instant::now();
    one(&text);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn many_jobs_are_bounded() {
    let within = |name: &str, text: &str| {
        let start = std::time::Instant::now();
        let ci = one(text);
        ci.image_job(None);
        ci.no_image_job();
        assert!(start.elapsed().as_secs() < 60, "{name}: {:?}", start.elapsed());
    };
    let jobs = |body: &str, count: usize| (0..count).map(|at| format!("j{at}: {body}\n")).collect::<Vec<_>>().concat();
    let script = "        X=$(echo $X$CI_COMMIT_SHA$A | cut -c1-7); docker push $X$X$X$X\n".repeat(2_500);
    within("long scripts", &format!(".s: &s\n  script:\n    - |\n{script}\n{}", jobs("*s", 20)));
    let variables = (0..5_000).map(|at| format!("  V{at}: $V{}\n", at + 1)).collect::<Vec<_>>().concat();
    within("variables", &format!("variables:\n{variables}{}", jobs("{script: docker build $V0}", 5_000)));
    let conditions = "{if: '$A =~ /((a{1000}){1000}){1000}/'}, ".repeat(10_000);
    within("conditions", &format!("a:\n  script: docker build .\n  rules: [{conditions}]"));
    within(
        "conditions of many jobs",
        &format!(".r: &r [{}]\n{}", "{if: '$A =~ /a{1000}/'}, ".repeat(1_000), jobs("{script: x, rules: *r}", 500)),
    );
    let bases = (0..100).map(|at| format!(".b{at}")).collect::<Vec<_>>().join(", ");
    let base = (0..400).map(|at| format!("k{at}: 1")).collect::<Vec<_>>().join(", ");
    let hidden = (0..100).map(|at| format!(".b{at}: {{{base}}}\n")).collect::<Vec<_>>().concat();
    within("bases", &format!("{hidden}{}", jobs(&format!("{{extends: [{bases}], script: x}}"), 50)));
    let unions = "if x; then A=$A$B; else A=$A$C; fi; ".repeat(500);
    within("branches", &format!("a:\n  script: '{unions} docker build $A'"));
    let many: String = (0..1_900).map(|at| format!("V{at}=x; ")).collect::<Vec<_>>().concat();
    within(
        "state",
        &format!("a:\n  script: '{many} {} docker build $A'", "if x; then V0=$V1; else V1=$V0; fi; ".repeat(900)),
    );
    within("substitutions", &format!("a:\n  script: 'X={}'", "$(cat `ls ${A:-$(".repeat(3_000)));
    within("wide substitutions", &format!("a:\n  script: 'X={}'", "$(a $(b $(c $(d $(e))))) ".repeat(4_000)));
}

proptest::proptest! {
    #[test]
    fn any_bytes_load(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let mut files = BTreeMap::from([(".gitlab-ci.yml".to_owned(), bytes)]);
        let Ok(ci) = CiFile::load(".gitlab-ci.yml", &mut files);
        ci.image_job(None);
    }

    #[test]
    fn anything_like_yaml_loads(text in "[a-c:{}\\[\\]&*!<|>'\" \n#,-]{0,120}") {
        one(&text).image_job(None);
    }

    #[test]
    fn any_script_is_followed(script in "(docker build|docker push|if|then|else|fi|case|in|esac|for|do|done|cd|X=|\\$X|\\$\\(|\\)|\\(|\\{|\\}|;;|;|&&|\\||'|\"|`|\\$\\{X|:0:7|-t| |\n|a|<<|EOF){0,60}") {
        one(&job_file(&script)).image_job(None);
    }
}
