//! What a Dockerfile reads of its context, case by case. Cases of here-documents and words ask what BuildKit's own tests ask
//! (`parser_heredoc_test.go`, `exclude_patterns_test.go`).

use repin::dockerfile::{ArgValue, BuildOptions, ContextSource, ContextUse, Dockerfile, SourcePath};

/// The use of a Dockerfile that parses.
fn used(text: &str, options: &BuildOptions) -> ContextUse {
    match Dockerfile::parse(text.as_bytes()) {
        Ok(dockerfile) => dockerfile.context_use(options),
        Err(error) => panic!("{error} in {text:?}"),
    }
}

/// `line path`; `.` is the whole context, `~folder` a wildcard below the folder, `?` not known.
fn show(source: &ContextSource) -> String {
    let path = match &source.path {
        SourcePath::Literal(path) if path.is_empty() => ".".to_owned(),
        SourcePath::Literal(path) => path.clone(),
        SourcePath::Wildcard(pattern) => format!("~{}", pattern.literal_folder()),
        SourcePath::Unknown { .. } => "?".to_owned(),
    };
    format!("{} {path}", source.line)
}

fn options(target: &str, args: &[(&str, Option<&str>)], contexts: &[&str]) -> BuildOptions {
    let value = |value: Option<&str>| value.map_or(ArgValue::Unknown, |text| ArgValue::Known(text.to_owned()));
    BuildOptions {
        target: (!target.is_empty()).then(|| target.to_owned()),
        args: args.iter().map(|(name, text)| ((*name).to_owned(), value(*text))).collect(),
        named_contexts: contexts.iter().map(|&name| name.to_owned()).collect(),
    }
}

/// `name: "Dockerfile" => ["line path", …]`, with options if there are any.
macro_rules! sources {
    (@options) => { BuildOptions::default() };
    (@options $target:expr, $args:expr, $contexts:expr) => { options($target, &$args, &$contexts) };
    ($($name:ident: $text:expr $(, $target:expr, $args:expr, $contexts:expr)? => $want:expr;)*) => {$(
        #[test]
        fn $name() {
            let options = sources!(@options $($target, $args, $contexts)?);
            let found: Vec<String> = used($text, &options).sources.iter().map(show).collect();
            let want: &[&str] = &$want;
            assert_eq!(found, want, "{}", $text);
        }
    )*};
}

mod lines {
    use super::*;

    sources! {
        copy: "FROM a\nCOPY x /" => ["2 x"];
        add: "FROM a\nADD x /" => ["2 x"];
        several: "FROM a\nCOPY x y z /" => ["2 x", "2 y", "2 z"];
        lower_case: "from a\ncopy x /\nadd y /" => ["2 x", "3 y"];
        leading_white_space: "  FROM a\n\t COPY x /" => ["2 x"];
        tabs_between: "FROM\ta\nCOPY\tx\t\t/" => ["2 x"];
        crlf: "FROM a\r\nCOPY x \\\r\n y /\r\nCOPY z /\r\n" => ["2 x", "2 y", "4 z"];
        bom: "\u{FEFF}FROM a\nCOPY x /" => ["2 x"];
        bom_and_directive: "\u{FEFF}# escape=`\nFROM a\nCOPY x `\ny /" => ["3 x", "3 y"];
        comments: "# COPY a /\nFROM a\n  # COPY b /\nCOPY x / # no comment\n" => ["4 x", "4 .", "4 #", "4 no"];
        continued: "FROM a\nCOPY x \\\n  y \\\n  /" => ["2 x", "2 y"];
        continued_with_space_after: "FROM a\nCOPY x \\ \t\n/" => ["2 x"];
        continued_inside_a_word: "FROM a\nCOPY re\\\nquirements.txt /" => ["2 requirements.txt"];
        continued_over_comments: "FROM a\nCOPY x \\\n# y \\\n  # z\n  w /" => ["2 x", "2 w"];
        continued_over_empty_lines: "FROM a\nCOPY x \\\n\n   \n  y /" => ["2 x", "2 y"];
        continued_keyword: "FROM a\nCO\\\nPY x /" => ["2 x"];
        continued_to_the_end_of_the_file: "FROM a\nCOPY x /\\" => ["2 x"];
        escaped_escape_does_not_continue: "FROM a\nRUN echo \\\\\nCOPY x /" => ["3 x"];
        comment_does_not_continue: "FROM a\n# RUN \\\nCOPY x /" => ["3 x"];
        run_is_not_read: "FROM a\nRUN cat <x && \\\n  COPY y /\nCOPY x /" => ["4 x"];
        line_numbers: "\n\nFROM a\n\nRUN a \\\n  b\n\nCOPY x /" => ["8 x"];

        escape_directive: "# escape=`\nFROM a\nCOPY x `\n  y\\z /" => ["3 x", "3 y\\z"];
        escape_directive_in_any_case: "#Escape = `\nFROM a\nCOPY x `\n y /" => ["3 x", "3 y"];
        escape_after_other_directives: "# syntax=docker/dockerfile:1\n# check=skip=all\n# escape=`\nFROM a\nCOPY x `\n y /" => ["5 x", "5 y"];
        escape_after_a_comment_is_a_comment: "# hello\n# escape=`\nFROM a\nCOPY x \\\n y /" => ["4 x", "4 y"];
        escape_after_an_empty_line_is_a_comment: "\n# escape=`\nFROM a\nCOPY x \\\n y /" => ["4 x", "4 y"];
        escape_after_an_instruction_is_a_comment: "FROM a\n# escape=`\nCOPY x \\\n y /" => ["3 x", "3 y"];
        unknown_directive_is_a_comment: "# linter=x\n# escape=`\nFROM a\nCOPY x \\\n y /" => ["4 x", "4 y"];
    }
}

mod forms {
    use super::*;

    sources! {
        json: "FROM a\nCOPY [\"x\", \"y\", \"/\"]" => ["2 x", "2 y"];
        json_of_add: "FROM a\nADD [\"x\", \"/\"]" => ["2 x"];
        json_with_spaces: "FROM a\nCOPY [ \"a b\" , \"/\" ]  " => ["2 a b"];
        json_escapes: "FROM a\nCOPY [\"a\\u0062c\\/d\", \"/\"]" => ["2 abc/d"];
        json_escapes_are_not_the_shells: "FROM a\nCOPY [\"a\\\"b\", \"/\"]" => ["2 ?"];
        json_unicode: "FROM a\nCOPY [\"\\ud83d\\ude00\\u00e9\", \"/\"]" => ["2 😀é"];
        json_over_lines: "FROM a\nCOPY [\"x\", \\\n \"y\", \\\n \"/\"]" => ["2 x", "2 y"];
        json_with_flags: "FROM a\nCOPY --chown=1:1 [\"x\", \"/\"]" => ["2 x"];
        json_from_a_stage: "FROM a AS b\nFROM a\nCOPY --from=b [\"x\", \"/\"]" => [];
        json_with_variable: "FROM a\nARG V=x\nCOPY [\"$V\", \"/\"]" => ["3 x"];
        not_json: "FROM a\nCOPY [a-c].txt /" => ["2 ~"];
        single_quotes_are_not_json: "FROM a\nCOPY ['x', '/']" => ["2 ?"];
        quoted_word: "FROM a\nCOPY \"x\" 'y' /" => ["2 x", "2 y"];
        quotes_do_not_hold_words_together: "FROM a\nCOPY \"x y\" /" => ["2 ?", "2 ?"];

        flags_in_any_order: "FROM a\nCOPY --link --chmod=755 --chown=a:b x /" => ["2 x"];
        flags_quoted: "FROM a\nCOPY --chown=\"a b\" x /" => ["2 x"];
        flags_with_escaped_space: "FROM a\nCOPY --chown=a\\ b x /" => ["2 x"];
        flags_over_lines: "FROM a\nCOPY --link \\\n --chown=a \\\n x /" => ["2 x"];
        flags_ended: "FROM a\nCOPY --link -- x /" => ["2 x"];
        flag_not_known: "FROM a\nCOPY --sideways x /" => ["2 ?"];
        flag_of_add_not_known_to_copy: "FROM a\nCOPY --unpack x /" => ["2 ?"];
        flags_of_add: "FROM a\nADD --keep-git-dir=true --checksum=sha256:0 --unpack=false --link x /" => ["2 x"];
        add_has_no_from: "FROM a AS b\nFROM a\nADD --from=b x /" => ["3 ?"];
        empty_from_is_the_context: "FROM a\nCOPY --from= x /" => ["2 x"];

        here_document: "FROM a\nCOPY <<EOF /x\nCOPY y /\nEOF\nCOPY z /" => ["5 z"];
        here_document_beside_a_file: "FROM a\nCOPY <<EOF w /x/\nCOPY y /\nEOF\nCOPY z /" => ["2 w", "5 z"];
        here_document_with_dash: "FROM a\nCOPY <<-EOF /x\n\tCOPY y /\n\tEOF\nCOPY z /" => ["5 z"];
        here_document_without_dash: "FROM a\nCOPY <<EOF /x\n\tEOF\nCOPY y /\nEOF\nCOPY z /" => ["6 z"];
        here_document_quoted: "FROM a\nCOPY <<'EOF' <<\"B\" /x\nCOPY y /\nEOF\nCOPY y /\nB\nCOPY z /" => ["7 z"];
        here_documents: "FROM a\nCOPY <<A <<B /x\nCOPY y /\nA\nCOPY y /\nB\nCOPY z /" => ["7 z"];
        here_documents_crosswise: "FROM a\nCOPY <<X <<Y /d\nY\nX\nX\nY\nCOPY z /" => ["7 z"];
        here_document_of_run: "FROM a\nRUN <<EOF\nCOPY y /\nFROM b\nEOF\nCOPY z /" => ["6 z"];
        here_document_of_run_in_a_command: "FROM a\nRUN cat <<EOF > /x && python3 <<PY\nCOPY y /\nEOF\nCOPY y /\nPY\nCOPY z /" => ["7 z"];
        here_document_with_descriptor: "FROM a\nRUN 3<<EOF\nCOPY y /\nEOF\nCOPY z /" => ["5 z"];
        here_document_after_space: "FROM a\nRUN <<  EOF  > foo\nCOPY y /\nEOF\nCOPY z /" => ["5 z"];
        here_document_partly_quoted: "FROM a\nRUN <<eo'f'\nCOPY y /\neof\nRUN <<eo\\'f\nCOPY y /\neo'f\nCOPY z /" => ["8 z"];
        here_document_named_in_two_words: "FROM a\nRUN <<'one two'\nCOPY y /\none two\nCOPY z /" => ["5 z"];
        here_document_named_as_a_variable: "FROM a\nRUN <<$EOF\nCOPY y /\n$EOF\nCOPY z /" => ["5 z"];
        here_document_with_crlf: "FROM a\r\nRUN <<EOF\r\nCOPY y /\r\nEOF\r\nCOPY z /\r\n" => ["5 z"];
        here_document_with_comment: "FROM a\nRUN <<EOF\n# EOF\n\\\nEOF\nCOPY z /" => ["6 z"];
        here_document_after_mount: "FROM a\nRUN --mount=type=cache,target=/c <<EOF\nCOPY y /\nEOF\nCOPY z /" => ["5 z"];
        here_document_of_onbuild: "FROM a\nONBUILD RUN <<EOF\nCOPY y /\nEOF\nCOPY z /" => ["5 z"];
        here_string_is_none: "FROM a\nRUN cat <<<EOF\nCOPY z /" => ["3 z"];
        quoted_is_none: "FROM a\nRUN echo \"<<EOF\"\nCOPY z /" => ["3 z"];
        shift_is_none: "FROM a\nRUN echo $((1<<2))\nCOPY z /" => ["3 z"];
        json_run_has_none: "FROM a\nRUN [\"cat\", \"<<EOF\"]\nCOPY z /" => ["3 z"];
        other_instructions_have_none: "FROM a\nUSER <<EOF\nCOPY z /" => ["3 z"];
        unbalanced_quote_opens_none: "FROM a\nRUN echo it's <<EOF\nCOPY z /" => ["3 z"];
    }
}

mod paths {
    use super::*;

    sources! {
        whole_context: "FROM a\nCOPY . /" => ["2 ."];
        whole_context_by_slash: "FROM a\nCOPY / /" => ["2 ."];
        whole_context_by_dot_slash: "FROM a\nCOPY ./ /" => ["2 ."];
        slash_at_the_start: "FROM a\nCOPY /x/y /" => ["2 x/y"];
        slash_at_the_end: "FROM a\nCOPY x/ /" => ["2 x"];
        slashes: "FROM a\nCOPY x//y /" => ["2 x/y"];
        dots: "FROM a\nCOPY ./x/./y/. /" => ["2 x/y"];
        up: "FROM a\nCOPY x/../y /" => ["2 y"];
        up_above_the_root: "FROM a\nCOPY ../../y /" => ["2 y"];
        up_to_the_root: "FROM a\nCOPY x/.. /" => ["2 ."];
        three_dots_are_a_name: "FROM a\nCOPY ... /" => ["2 ..."];
        case: "FROM a\nCOPY Requirements.TXT /" => ["2 Requirements.TXT"];
        escaped_space: "FROM a\nCOPY a\\ b /" => ["2 a", "2 b"];
        escaped_star_is_a_wildcard_for_the_shell_takes_the_escape: "FROM a\nCOPY a\\*b /" => ["2 ~"];
        escaped_twice_is_a_name_with_a_backslash: "FROM a\nCOPY a\\\\*b /" => ["2 a\\*b"];
        bracketed_bracket: "FROM a\nCOPY arr[[]0].txt /" => ["2 ~"];
        broken_pattern: "FROM a\nCOPY a[ /" => ["2 ?"];
        wildcard: "FROM a\nCOPY *.txt /" => ["2 ~"];
        wildcard_in_a_folder: "FROM a\nCOPY a/b/*.txt /" => ["2 ~a/b"];
        wildcard_of_folders: "FROM a\nCOPY a/*/c/d /" => ["2 ~a"];
        wildcard_cleaned: "FROM a\nCOPY ./a/../b/?.txt /" => ["2 ~b"];
        same_twice: "FROM a\nCOPY x /\nCOPY x /y" => ["2 x", "3 x"];

        parents: "FROM a\nCOPY --parents x/y /" => ["2 x/y"];
        parents_with_pivot: "FROM a\nCOPY --parents ./x/./y/z /" => ["2 x/y/z"];
        parents_with_stars: "FROM a\nCOPY --parents ./src/**/*.txt /" => ["2 ~src"];
        parents_with_pivot_and_stars: "FROM a\nCOPY --parents ./x/./y/*.txt /" => ["2 ~x/y"];
        parents_with_wildcard_before_the_pivot: "FROM a\nCOPY --parents x/*/./y /" => ["2 ~x"];
        parents_of_everything: "FROM a\nCOPY --parents . /" => ["2 ."];
        parents_false: "FROM a\nCOPY --parents=false x/./y /" => ["2 x/y"];

        mount: "FROM a\nRUN --mount=type=bind,source=x,target=/x cat" => ["2 x"];
        mount_without_type: "FROM a\nRUN --mount=source=x,target=/x cat" => ["2 x"];
        mount_without_source: "FROM a\nRUN --mount=type=bind,target=/src make" => ["2 ."];
        mount_with_src: "FROM a\nRUN --mount=type=bind,src=x,dst=/x,rw cat" => ["2 x"];
        mounts: "FROM a\nRUN --mount=type=bind,src=x,target=/x --mount=type=bind,src=y,target=/y cat" => ["2 x", "2 y"];
        mount_in_upper_case: "FROM a\nRUN --mount=TYPE=Bind,Source=./x/,target=/x cat" => ["2 x"];
        mount_quoted: "FROM a\nRUN --mount=\"type=bind,source=x y,target=/x\" cat" => ["2 x y"];
        mount_field_quoted: "FROM a\nRUN --mount='\"type=bind\",\"source=x,y\",target=/x' cat" => ["2 x,y"];
        mount_has_no_wildcards: "FROM a\nRUN --mount=source=x*,target=/x cat" => ["2 x*"];
        mount_of_a_cache: "FROM a\nRUN --mount=type=cache,target=/root/.cache pip" => [];
        mount_of_a_secret: "FROM a\nRUN --mount=type=secret,id=t,source=x --mount=type=ssh --mount=type=tmpfs,target=/t cat" => [];
        mount_from_a_stage: "FROM a AS b\nCOPY x /\nFROM a\nRUN --mount=from=b,source=y,target=/y cat" => ["2 x"];
        mount_from_an_image: "FROM a\nRUN --mount=from=python:3,source=y,target=/y cat" => [];
        mount_with_variable: "FROM a\nARG V=x\nRUN --mount=source=$V/y,target=/y cat" => ["3 x/y"];
        mount_with_unknown_variable: "FROM a\nRUN --mount=source=$V,target=/y cat" => ["2 ?"];
        mount_of_unknown_type: "FROM a\nRUN --mount=type=$T,target=/y cat" => ["2 ?"];
        mount_of_type_by_variable: "FROM a\nARG T=cache\nRUN --mount=type=$T,target=/y cat" => [];
        mount_after_other_flags: "FROM a\nRUN --network=none --mount=source=x,target=/x cat" => ["2 x"];
        mount_after_the_command_is_text: "FROM a\nRUN cat --mount=source=x,target=/x" => [];
        mount_of_a_json_run: "FROM a\nRUN --mount=source=x,target=/x [\"cat\"]" => ["2 x"];

        remote: "FROM a\nADD https://example.org/x.tar.gz /" => [];
        remote_by_http: "FROM a\nADD http://example.org/x /" => [];
        remote_repository: "FROM a\nADD https://example.org/x.git#v1:sub /" => [];
        remote_by_scp: "FROM a\nADD git@example.org:x/y.git /" => [];
        remote_by_ssh: "FROM a\nADD ssh://git@example.org/x.git git://example.org/y /" => [];
        remote_beside_a_file: "FROM a\nADD x https://example.org/y /" => ["2 x"];
        remote_with_unknown_variable: "FROM a\nADD https://example.org/$V.tgz /" => [];
        remote_with_unknown_host_is_unknown: "FROM a\nADD $V/x.tgz /" => ["2 ?"];
        not_remote: "FROM a\nADD github.com/x ftp@x ftp://x/y /" => ["2 github.com/x", "2 ftp@x", "2 ftp:/x/y"];
        copy_takes_no_url: "FROM a\nCOPY https://example.org/x /" => ["2 ?"];
    }
}

mod variables {
    use super::*;

    sources! {
        arg: "FROM a\nARG V=x\nCOPY $V /" => ["3 x"];
        arg_in_braces: "FROM a\nARG V=x\nCOPY ${V}s/y /" => ["3 xs/y"];
        arg_quoted: "FROM a\nARG V=\"x y\"\nCOPY $V /" => ["3 x y"];
        arg_several: "FROM a\nARG V=x W=$V/y\nCOPY $W /" => ["3 x/y"];
        arg_later: "FROM a\nCOPY $V /\nARG V=x" => ["2 ?"];
        arg_without_value: "FROM a\nARG V\nCOPY $V /" => ["3 ?"];
        arg_without_value_from_scratch: "FROM scratch\nARG V\nCOPY $V /" => ["3 ?"];
        arg_with_empty_value: "FROM a\nARG V=\nCOPY x$V /" => ["3 x"];
        arg_without_value_keeps_env: "FROM a\nENV V=x\nARG V\nCOPY $V /" => ["4 x"];
        arg_over_env: "FROM a\nENV V=x\nARG V=y\nCOPY $V /" => ["4 y"];
        env_over_arg: "FROM a\nARG V=x\nENV V=y\nCOPY $V /" => ["4 y"];
        env: "FROM a\nENV V=x\nCOPY $V /" => ["3 x"];
        env_old: "FROM a\nENV V x\nCOPY $V /" => ["3 x"];
        env_old_with_spaces: "FROM a\nENV V   x  y\nCOPY \"$V\" /" => ["3 x  y"];
        env_several: "FROM a\nENV V=x W=y\nCOPY $V $W /" => ["3 x", "3 y"];
        env_sees_what_was_before: "FROM a\nENV V=x\nENV V=y W=$V\nCOPY $W /" => ["4 x"];
        env_quoted: "FROM a\nENV V='x $W' W=\"y\\\"z\"\nCOPY $V$W /" => ["3 x $Wy\"z"];
        env_over_lines: "FROM a\nENV V=x \\\n  # c\n  W=y\nCOPY $W /" => ["5 y"];
        env_of_unknown_name: "FROM a\nENV X=x\nENV $N=y\nCOPY $X /" => ["4 ?"];
        not_set: "FROM a\nCOPY $V /" => ["2 ?"];
        not_set_from_scratch: "FROM scratch\nCOPY x$V /" => ["2 x"];
        not_set_with_default: "FROM a\nCOPY ${V:-x} /" => ["2 ?"];
        not_set_from_scratch_with_default: "FROM scratch\nCOPY ${V:-x} /" => ["2 x"];
        not_set_inside_a_default_not_taken: "FROM a\nARG V=x\nCOPY ${V:-$W} /" => ["3 x"];
        default_of_empty: "FROM a\nARG V=\nCOPY ${V:-x} ${V-x}y /" => ["3 x", "3 y"];
        alternative: "FROM a\nARG V=a\nCOPY ${V:+x} ${V+y} /" => ["3 x", "3 y"];
        alternative_of_empty: "FROM a\nARG V=\nCOPY z${V:+x} ${V+y} /" => ["3 z", "3 y"];
        required: "FROM a\nARG V=x\nCOPY ${V:?no} ${V?no} /" => ["3 x", "3 x"];
        required_and_empty: "FROM a\nARG V=\nCOPY ${V:?no} /" => ["3 ?"];
        prefix: "FROM a\nARG V=a.b.c\nCOPY ${V#*.} ${V##*.} /" => ["3 b.c", "3 c"];
        suffix: "FROM a\nARG V=a.b.c\nCOPY ${V%.*} ${V%%.*} /" => ["3 a.b", "3 a"];
        suffix_not_there: "FROM a\nARG V=abc\nCOPY ${V%x} ${V%?} /" => ["3 abc", "3 ab"];
        replacement: "FROM a\nARG V=a-b-c\nCOPY ${V/-/_} ${V//-/_} /" => ["3 a_b-c", "3 a_b_c"];
        replacement_of_a_pattern: "FROM a\nARG V=abcabc\nCOPY ${V/b*/x} ${V//b?/x} /" => ["3 ax", "3 axax"];
        replacement_keeps_its_escape: "FROM a\nARG V=a.b\nCOPY ${V/./\\/} /" => ["3 a\\/b"];
        replacement_by_an_escaped_slash: "FROM a\nARG V=a/b\nCOPY ${V/\\//-} /" => ["3 a-b"];
        nested: "FROM a\nARG V=\nARG W=x\nCOPY ${V:-${W:-y}} /" => ["4 x"];
        bad_substitution: "FROM a\nARG V=x\nCOPY ${V^} ${} ${V /" => ["3 ?", "3 ?", "3 ?"];
        escaped_dollar: "FROM a\nARG V=x\nCOPY \\$V /" => ["3 $V"];
        single_quotes: "FROM a\nARG V=x\nCOPY '$V' /" => ["3 $V"];
        double_quotes: "FROM a\nARG V=x\nCOPY \"$V\" /" => ["3 x"];
        escape_directive: "# escape=`\nFROM a\nARG V=x\nCOPY `$V \\$V /" => ["4 $V", "4 \\x"];
        value_is_cleaned: "FROM a\nARG V=../x/\nCOPY $V/y /" => ["3 x/y"];
        value_with_wildcard: "FROM a\nARG V=x/*\nCOPY $V /" => ["3 ~x"];
        value_is_one_word: "FROM a\nARG V=\"x y\"\nCOPY $V /" => ["3 x y"];
        empty_value_is_the_context: "FROM a\nARG V=\nCOPY $V /" => ["3 ."];
        target_is_no_source: "FROM a\nCOPY x $HOME/" => ["2 x"];

        global_is_not_seen: "ARG V=x\nFROM a\nCOPY $V /" => ["3 ?"];
        global_declared: "ARG V=x\nFROM a\nARG V\nCOPY $V /" => ["4 x"];
        global_declared_with_default: "ARG V=x\nFROM a\nARG V=y\nCOPY $V /" => ["4 y"];
        global_of_global: "ARG V=x\nARG W=$V/y\nFROM a\nARG W\nCOPY $W /" => ["5 x/y"];
        platform: "FROM a\nARG TARGETARCH\nCOPY x-$TARGETARCH /" => ["3 ?"];
        platform_with_default: "FROM a\nARG TARGETARCH=amd64\nCOPY x-$TARGETARCH /" => ["3 x-amd64"];
        platform_given: "FROM a\nARG TARGETARCH\nCOPY x-$TARGETARCH /", "", [("TARGETARCH", Some("arm64"))], [] => ["3 x-arm64"];
        proxy: "FROM a\nCOPY $HTTP_PROXY /" => ["2 ?"];
        given: "FROM a\nARG V=x\nCOPY $V /", "", [("V", Some("y"))], [] => ["3 y"];
        given_without_default: "FROM a\nARG V\nCOPY $V /", "", [("V", Some("y"))], [] => ["3 y"];
        given_to_a_global: "ARG V=x\nFROM a\nARG V\nCOPY $V /", "", [("V", Some("y"))], [] => ["4 y"];
        given_and_not_declared: "FROM a\nCOPY $V /", "", [("V", Some("y"))], [] => ["2 ?"];
        given_and_env: "FROM a\nARG V\nENV V=x\nCOPY $V /", "", [("V", Some("y"))], [] => ["4 x"];
        given_unknown: "FROM a\nARG V=x\nCOPY $V /", "", [("V", None)], [] => ["3 ?"];
        given_twice: "FROM a\nARG V\nCOPY $V /", "", [("V", Some("y")), ("V", Some("z"))], [] => ["3 z"];

        inherited_env: "FROM a AS b\nENV V=x\nFROM b\nCOPY $V /" => ["4 x"];
        inherited_arg: "FROM a AS b\nARG V=x\nFROM b\nCOPY $V /" => ["4 x"];
        inherited_env_wins_over_inherited_arg: "FROM a AS b\nENV V=x\nARG V=y\nFROM b\nCOPY $V /" => ["5 x"];
        inherited_over_two_stages: "FROM a AS b\nENV V=x\nFROM b AS c\nFROM c\nCOPY $V /" => ["5 x"];
        not_inherited_by_another_stage: "FROM a AS b\nENV V=x\nFROM a\nCOPY --from=b / /\nCOPY $V /" => ["5 ?"];
        inherited_scratch: "FROM scratch AS b\nFROM b\nCOPY x$V /" => ["3 x"];
        values_end_somewhere: "FROM a\nENV A=xxxxxxxxxxxxxxxx\nENV A=$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A\nENV A=$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A\nENV A=$A$A\nCOPY $A /" => ["6 ?"];
    }
}

mod stages {
    use super::*;

    sources! {
        last_is_the_target: "FROM a\nCOPY x /\nFROM a\nCOPY y /" => ["4 y"];
        from_stage: "FROM a AS b\nCOPY x /\nFROM b\nCOPY y /" => ["2 x", "4 y"];
        from_stage_in_any_case: "FROM a as Builder\nCOPY x /\nFROM BUILDER\nCOPY y /" => ["2 x", "4 y"];
        from_number_is_an_image: "FROM a\nCOPY x /\nFROM 0\nCOPY y /" => ["4 y"];
        copy_from_name: "FROM a AS b\nCOPY x /\nFROM a\nCOPY --from=b /y /" => ["2 x"];
        copy_from_name_in_any_case: "FROM a AS b\nCOPY x /\nFROM a\nCOPY --from=B /y /" => ["2 x"];
        copy_from_number: "FROM a\nCOPY x /\nFROM a\nCOPY --from=0 /y /" => ["2 x"];
        copy_from_image: "FROM a\nCOPY x /\nFROM a\nCOPY --from=nginx /y /" => [];
        copy_from_a_later_stage_is_an_image: "FROM a\nCOPY --from=b y /\nCOPY x /\nFROM a AS b\nCOPY z /", "0", [], [] => ["3 x"];
        copy_from_the_nearest_of_a_name: "FROM a AS b\nCOPY x /\nFROM a AS b\nCOPY y /\nFROM a\nCOPY --from=b / /" => ["4 y"];
        copy_from_a_variable_is_any_stage: "FROM a\nCOPY x /\nFROM a\nCOPY --from=$V / /" => ["2 x"];
        mount_from_name: "FROM a AS b\nCOPY x /\nFROM a\nRUN --mount=from=b,target=/b cat" => ["2 x"];
        mount_of_a_cache_from_name: "FROM a AS b\nCOPY x /\nFROM a\nRUN --mount=type=cache,from=b,target=/b cat" => ["2 x"];
        through_stages: "FROM a AS b\nCOPY x /\nFROM a AS c\nCOPY --from=b / /\nCOPY y /\nFROM c\nCOPY z /" => ["2 x", "5 y", "7 z"];
        not_needed: "FROM a AS b\nCOPY x /\nFROM a AS t\nCOPY w /\nFROM b\nCOPY z /" => ["2 x", "6 z"];
        target: "FROM a AS b\nCOPY x /\nFROM b\nCOPY y /", "b", [], [] => ["2 x"];
        target_in_any_case: "FROM a AS b\nCOPY x /\nFROM b\nCOPY y /", "B", [], [] => ["2 x"];
        target_by_number: "FROM a\nCOPY x /\nFROM a\nCOPY y /", "0", [], [] => ["2 x"];
        target_not_there: "FROM a\nCOPY x /\nFROM a\nCOPY y /", "t", [], [] => ["2 x", "4 y"];
        scratch: "FROM scratch\nCOPY x /" => ["2 x"];
        platform_flag: "FROM --platform=$BUILDPLATFORM a AS b\nCOPY x /\nFROM --platform=linux/amd64 b\nCOPY y /" => ["2 x", "4 y"];

        from_by_argument: "ARG B=b\nFROM a AS b\nCOPY x /\nFROM $B\nCOPY y /" => ["3 x", "5 y"];
        from_by_given_argument: "ARG B=b\nFROM a AS b\nCOPY x /\nFROM a AS c\nCOPY z /\nFROM $B\nCOPY y /", "", [("B", Some("c"))], [] => ["5 z", "7 y"];
        from_by_unknown_argument: "ARG B\nFROM a AS b\nCOPY x /\nFROM a AS c\nCOPY z /\nFROM $B\nCOPY y /" => ["3 x", "5 z", "7 y"];
        from_by_unknown_argument_with_start: "ARG B\nFROM a AS b-cpu\nCOPY x /\nFROM a AS c\nCOPY z /\nFROM b-$B\nCOPY y /" => ["3 x", "7 y"];
        from_by_unknown_tag_is_an_image: "ARG B\nFROM a AS b\nCOPY x /\nFROM python:$B\nCOPY y /" => ["5 y"];
        from_by_unknown_platform: "FROM a AS build-amd64\nCOPY x /\nFROM a AS build-arm64\nCOPY y /\nFROM build-$TARGETARCH\nCOPY z /" => ["2 x", "4 y", "6 z"];

        named_context: "FROM a\nCOPY --from=data x /\nCOPY y /", "", [], ["data"] => ["3 y"];
        named_context_for_a_stage: "FROM a AS b\nCOPY x /\nFROM a\nCOPY --from=b / /\nCOPY y /", "", [], ["b"] => ["5 y"];
        named_context_for_a_base: "FROM alpine:latest\nCOPY y /", "", [], ["alpine"] => ["2 y"];

        onbuild: "FROM a\nONBUILD COPY x /" => [];
        onbuild_in_a_base: "FROM a AS b\nONBUILD COPY x /\nFROM b\nCOPY y /" => ["2 x", "4 y"];
        onbuild_in_two_children: "FROM a AS b\nONBUILD COPY x /\nFROM b AS c\nFROM b\nCOPY --from=c / /" => ["2 x"];
        onbuild_reaches_no_further: "FROM a AS b\nONBUILD COPY $V /\nFROM b AS c\nENV V=x\nFROM c\nCOPY y /" => ["2 ?", "6 y"];
        onbuild_comes_first: "FROM a AS b\nONBUILD ENV V=x\nFROM b\nCOPY $V /" => ["4 x"];
        onbuild_reaches_stages: "FROM a AS o\nCOPY x /\nFROM a AS b\nONBUILD COPY --from=o / /\nFROM b" => ["2 x"];
        onbuild_of_a_mount: "FROM a AS b\nONBUILD RUN --mount=source=x,target=/x cat\nFROM b" => ["2 x"];
        onbuild_of_an_add: "FROM a AS b\nONBUILD ADD [\"x\", \"/\"]\nFROM b" => ["2 x"];
        onbuild_in_copied_stage_does_not_act: "FROM a AS b\nONBUILD COPY x /\nFROM a\nCOPY --from=b / /" => [];
        onbuild_image: "FROM python:3-onbuild" => ["1 ?"];
    }
}

/// `Dockerfile => line and message`
macro_rules! errors {
    ($($name:ident: $text:expr => $want:expr;)*) => {$(
        #[test]
        fn $name() {
            let error = Dockerfile::parse($text.as_bytes()).map(|_| ()).map_err(|error| error.to_string());
            assert_eq!(error, Err($want.to_owned()), "{}", $text);
        }
    )*};
}

mod refused {
    use super::Dockerfile;

    errors! {
        empty: "" => "line 1: the Dockerfile has no FROM";
        only_comments: "# a\n\n" => "line 1: the Dockerfile has no FROM";
        only_arguments: "ARG A\n" => "line 1: the Dockerfile has no FROM";
        before_from: "ARG A\nCOPY x /\nFROM a" => "line 2: COPY stands before the first FROM";
        unknown_instruction: "FROM a\nCOPPY x /" => "line 2: \"COPPY\" is no instruction of a Dockerfile";
        continued_text: "FROM a\n\nRUN a &&\n  b" => "line 4: \"B\" is no instruction of a Dockerfile";
        from_without_image: "FROM" => "line 1: FROM takes an image, or an image AS a name";
        from_with_two_words: "FROM a b" => "line 1: FROM takes an image, or an image AS a name";
        from_with_four_words: "FROM a AS b c" => "line 1: FROM takes an image, or an image AS a name";
        stage_name: "FROM a AS 1b" => "line 1: a build stage cannot be called \"1b\"";
        copy_without_target: "FROM a\nCOPY x" => "line 2: COPY takes at least one source and a target";
        copy_to_a_here_document: "FROM a\nCOPY x <<EOF\nEOF" => "line 2: COPY takes at least one source and a target";
        add_without_arguments: "FROM a\nADD" => "line 2: ADD takes at least one source and a target";
        env_without_value: "FROM a\nENV A" => "line 2: ENV takes a name and a value";
        env_mixed: "FROM a\nENV A=b c" => "line 2: ENV takes a name and a value";
        arg_without_name: "FROM a\nARG" => "line 2: ARG takes at least one name";
        open_here_document: "FROM a\nRUN <<EOF\nx\n EOF\n" => "line 2: the here-document is not closed by a line \"EOF\"";
        shift_read_as_a_here_document: "FROM a\nRUN echo $(( 1<<2 ))\n" => "line 2: the here-document is not closed by a line \"2\"";
        escape_directive: "# escape=x\nFROM a" => "line 1: the parser directive \"escape=x\" is not allowed";
        directive_twice: "# syntax=a\n# syntax=b\nFROM a" => "line 2: the parser directive \"a second syntax\" is not allowed";
        onbuild_onbuild: "FROM a\nONBUILD ONBUILD RUN x" => "line 2: ONBUILD takes no ONBUILD";
        onbuild_from: "FROM a\nONBUILD from b" => "line 2: ONBUILD takes no FROM";
        onbuild_nothing: "FROM a\nONBUILD" => "line 2: ONBUILD takes an instruction";
    }
}

/// `name: "instruction", "path" => is it read`
macro_rules! reads {
    ($($name:ident: $text:expr, $path:expr => $want:expr;)*) => {$(
        #[test]
        fn $name() {
            let found = used(&format!("FROM scratch\n{}", $text), &BuildOptions::default());
            let read = found.sources.iter().any(|source| source.reads($path.as_bytes()));
            assert_eq!(read, $want, "{:?} by {}", $path, $text);
        }
    )*};
}

mod reads {
    use super::*;

    reads! {
        file: "COPY a/b /", "a/b" => true;
        file_beside: "COPY a/b /", "a/bc" => false;
        folder: "COPY a /", "a/b/c" => true;
        folder_above: "COPY a/b /", "a" => false;
        whole_context: "COPY . /", "a/b" => true;
        unknown: "COPY ${} /", "a/b" => true;
        case: "COPY A /", "a" => false;
        star: "COPY *.txt /", "a.txt" => true;
        star_stays_in_a_folder: "COPY *.txt /", "a/b.txt" => false;
        star_takes_hidden_files: "COPY * /", ".git/config" => true;
        star_takes_folders: "COPY d* /", "dir/a/b" => true;
        two_stars_are_one: "COPY **/x /", "a/b/x" => false;
        two_stars_are_one_folder: "COPY **/x /", "a/x" => true;
        question_mark: "COPY a?c /", "abc" => true;
        class: "COPY a[b-d]c /", "acc" => true;
        class_with_bang_is_no_negation: "COPY a[!b]c /", "a!c" => true;
        class_negated: "COPY a[^b]c /", "abc" => false;
        open_bracket: "COPY arr[[]0].txt /", "arr[0].txt" => true;
        escape_in_a_wildcard: "COPY a\\\\**  /", "a*b" => true;
        folder_with_a_backslash_is_taken_as_it_is: "COPY a\\\\*b/c* /", "a\\*b/cd" => true;
        wildcard_in_the_middle: "COPY a/*/c /", "a/b/c/d" => true;
        wildcard_in_the_middle_is_one_folder: "COPY a/*/c /", "a/b/b/c" => false;

        exclude: "COPY --exclude=*.txt a /", "a/b.txt" => false;
        exclude_counts_from_the_source: "COPY --exclude=a/*.txt a /", "a/b.txt" => true;
        exclude_stays_in_a_folder: "COPY --exclude=*.txt a /", "a/b/c.txt" => true;
        exclude_in_folders: "COPY --exclude=**/*.txt a /", "a/b/c.txt" => false;
        exclude_a_folder: "COPY --exclude=b a /", "a/b/c" => false;
        exclude_twice: "COPY --exclude=*.txt --exclude=*.md . /", "b.md" => false;
        exclude_with_exception: "COPY --exclude=* --exclude=!b . /", "b/c" => true;
        exclude_with_exception_in_order: "COPY --exclude=b --exclude=!b/c . /", "b/c" => true;
        exclude_is_not_expanded: "ARG V=b\nCOPY --exclude=$V . /", "b" => true;
        exclude_spares_the_source_itself: "COPY --exclude=*.txt hom* /", "home.txt" => true;
        exclude_below_a_wildcard: "COPY --exclude=*.txt dir* /", "dir1/a.txt" => false;
        exclude_below_a_wildcard_other: "COPY --exclude=*.txt dir* /", "dir1/a.md" => true;
        exclude_with_slash_matches_nothing: "COPY --exclude=/b . /", "b" => true;
        exclude_in_add: "ADD --exclude=*.mp3 dir3/ /", "dir3/file.mp3" => false;
        exclude_broken: "COPY --exclude=[ . /", "b" => true;
        exclude_of_buildkits_test: "COPY --exclude=*/*.png --exclude=*/*.jpeg . /", "dir1/file-101.png" => false;
        exclude_of_buildkits_test_other: "COPY --exclude=*/*.png --exclude=*/*.jpeg . /", "dir1/file-102.txt" => true;

        parents_and_exclude: "COPY --parents --exclude=*.md a/b /", "a/b/c.md" => true;
        parents_and_exclude_from_the_root: "COPY --parents --exclude=a/b/*.md a/b /", "a/b/c.md" => false;
        parents_and_exclude_of_the_file: "COPY --parents --exclude=**/*.md a/b.md /", "a/b.md" => false;
        parents_and_pivot_and_exclude: "COPY --parents --exclude=b/*.md a/./b /", "a/b/c.md" => false;
        parents_with_stars: "COPY --parents src/**/*.txt /", "src/a/b/c.txt" => true;
        parents_with_stars_at_once: "COPY --parents src/**/*.txt /", "src/c.txt" => true;
        parents_with_stars_other: "COPY --parents src/**/*.txt /", "src/a/c.md" => false;
        parents_with_stars_and_a_folder: "COPY --parents src/**/lib /", "src/a/lib/c.md" => true;
        parents_with_wildcard_before_the_pivot: "COPY --parents x/*/./y /", "x/a/y/b" => true;
        parents_with_wildcard_before_the_pivot_other: "COPY --parents x/*/./y /", "x/a/z" => false;
        mount_of_a_folder: "RUN --mount=source=a,target=/a ls", "a/b" => true;
        mount_star_is_a_name: "RUN --mount=source=a*,target=/a ls", "ab" => false;
    }
}

#[test]
fn below_a_folder() {
    for (text, dir, may, all) in [
        ("COPY . /", "", true, true),
        ("COPY . /", "a", true, true),
        ("COPY a/b /", "", true, false),
        ("COPY a/b /", "a", true, false),
        ("COPY a/b /", "a/b", true, true),
        ("COPY a/b /", "a/b/c", true, true),
        ("COPY a/b /", "a/bc", false, false),
        ("COPY a/b /", "b", false, false),
        ("COPY a/*/c /", "", true, false),
        ("COPY a/*/c /", "a", true, false),
        ("COPY a/*/c /", "a/x", true, false),
        ("COPY a/*/c /", "a/x/c", true, true),
        ("COPY a/*/c /", "a/x/d", false, false),
        ("COPY a/*/c /", "b", false, false),
        ("COPY *.txt /", "a", false, false),
        ("COPY *.txt /", "a.txt", true, true),
        ("COPY --exclude=x . /", "", true, false),
        ("COPY --exclude=x . /", "x", false, false),
        ("COPY --exclude=x . /", "y", true, true),
        ("COPY --exclude=x --exclude=!x/y . /", "x", true, false),
        ("COPY --exclude=x a* /", "ab", true, false),
        ("COPY --exclude=x a* /", "ab/x", false, false),
        ("COPY --exclude=x a* /", "ab/y", true, true),
        ("COPY --parents src/**/*.txt /", "src/a", true, false),
        ("COPY --parents src/**/*.txt /", "lib", false, false),
        ("COPY --parents src/*/lib /", "src/a/lib", true, true),
        ("COPY --parents src/*/lib /", "src/a/b", false, false),
        ("COPY ${} /", "a", true, false),
    ] {
        let found = used(&format!("FROM scratch\n{text}"), &BuildOptions::default());
        let source = &found.sources[0];
        assert_eq!(source.may_read_below(dir.as_bytes()), may, "may: {dir:?} by {text}");
        assert_eq!(source.reads_all_below(dir.as_bytes()), all, "all: {dir:?} by {text}");
    }
}

#[test]
fn a_source_says_where_it_stands() {
    let found =
        used("FROM a\nRUN x \\\n y\nCOPY --exclude=*.md --exclude=b \\\n  ./src/ $V /", &BuildOptions::default());
    let source = &found.sources[0];
    assert_eq!((source.line, source.instruction, source.text.as_str()), (4, "COPY", "./src/"));
    assert_eq!(source.excludes(), ["*.md", "b"]);
    match &found.sources[1].path {
        SourcePath::Unknown { why } => assert_eq!(why, "V is not set in the Dockerfile; the base image may set it"),
        path => panic!("{path:?}"),
    }
}

/// `name: "Dockerfile" => notes`
macro_rules! notes {
    ($($name:ident: $text:expr => $want:expr;)*) => {$(
        #[test]
        fn $name() {
            let want: &[&str] = &$want;
            assert_eq!(used($text, &options("", &[], &["ctx"])).notes, want, "{}", $text);
        }
    )*};
}

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

mod notes {
    use super::*;

    notes! {
        scratch: "FROM scratch" => [];
        tag: "FROM a:1" => ["line 1: FROM a:1 has no digest: what the name stands for can change"];
        tag_twice: "FROM a:1 AS b\nFROM a:1\nCOPY --from=b / /" =>
            ["line 1: FROM a:1 has no digest: what the name stands for can change"];
        digest: &format!("FROM a:1@{DIGEST}") => [];
        stage: "FROM scratch AS b\nFROM b\nCOPY --from=b / /" => [];
        stage_not_needed: "FROM a:1\nFROM scratch" => [];
        copy_from_image: "FROM scratch\nCOPY --from=a:1 / /" =>
            ["line 2: COPY --from a:1 has no digest: what the name stands for can change"];
        named_context: "FROM scratch\nCOPY --from=ctx / /" => [];
        onbuild: "FROM scratch\nONBUILD RUN a\nONBUILD RUN b" =>
            ["line 2: ONBUILD acts in builds from this image, not in its own"];
        url: "FROM scratch\nADD https://example.org/a /" =>
            ["line 2: ADD https://example.org/a has no checksum: what is there can change"];
        url_with_checksum: &format!("FROM scratch\nADD --checksum={DIGEST} https://example.org/a /") => [];
        repository: "FROM scratch\nADD https://example.org/a.git#main /" =>
            ["line 2: ADD https://example.org/a.git#main has no checksum: what is there can change"];
        repository_at_a_commit: "FROM scratch\nADD https://example.org/a.git#4b825dc642cb6eb9a060e54bf8d69288fbee4904:sub /" => [];
        repository_with_checksum: "FROM scratch\nADD https://example.org/a.git?branch=x&checksum=4b825dc642cb6eb9a060e54bf8d69288fbee4904 /" => [];
        url_with_unknown_part: "ARG V\nFROM scratch\nARG V\nADD https://example.org/$V /" =>
            ["line 4: ADD https://example.org/… has no checksum: what is there can change"];
    }

    #[test]
    fn target_not_there() {
        let found = used("FROM scratch", &options("x", &[], &[]));
        assert_eq!(found.notes, ["no stage is called x: the sources of all stages count"]);
    }
}

#[test]
fn base_images() {
    let text = format!(
        "ARG V=3.11\nFROM python:$V AS b\nFROM a@{DIGEST}\nCOPY --from=b / /\nCOPY --from=nginx / /\nRUN --mount=from=c,target=/c x\nCOPY --from=$X / /"
    );
    let found: Vec<_> = used(&text, &BuildOptions::default())
        .base_images
        .into_iter()
        .map(|image| (image.line, image.instruction, image.name, image.pinned))
        .collect();
    let pinned = format!("a@{DIGEST}");
    let want = [
        (2, "FROM", "python:3.11", false),
        (3, "FROM", &*pinned, true),
        (5, "COPY --from", "nginx", false),
        (6, "RUN --mount", "c", false),
        (7, "COPY --from", "$X", false),
    ];
    assert_eq!(found, want.map(|(line, by, name, pinned)| (line, by, name.to_owned(), pinned)));
}

#[test]
fn named_contexts() {
    let text = "FROM a AS b\nFROM alpine\nCOPY --from=b / /\nCOPY --from=Data / /\nRUN --mount=from=data,target=/d x";
    let found = used(text, &options("", &[], &["data", "docker.io/library/alpine:latest", "b", "unused"]));
    assert_eq!(found.named_context_uses, ["b", "docker.io/library/alpine:latest", "data"]);
    assert!(found.base_images.is_empty());
}

/// `name: "Dockerfile" => lines that use the argument V`
macro_rules! arg_uses {
    ($($name:ident: $text:expr => $want:expr;)*) => {$(
        #[test]
        fn $name() {
            let options = options("", &[("V", None)], &[]);
            let want: &[usize] = &$want;
            let dockerfile = Dockerfile::parse($text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(dockerfile.arg_uses(&options, "V"), want, "{}", $text);
            let found = dockerfile.context_use(&options);
            assert_eq!((found.args_used[0].name.as_str(), &*found.args_used[0].lines), ("V", want));
        }
    )*};
}

mod arg_uses {
    use super::*;

    arg_uses! {
        not_declared: "FROM a\nRUN echo $V" => [];
        not_used: "FROM a\nARG V\nRUN echo" => [];
        label: "FROM a\nARG V\nLABEL a=$V b=${V}" => [];
        label_of_onbuild: "FROM a\nARG V\nONBUILD LABEL a=$V" => [];
        run: "FROM a\nARG V\nRUN echo $V\nRUN echo ${V:-x}" => [3, 4];
        run_by_bare_name: "FROM a\nARG V\nRUN python -c 'import os; os.environ[\"V\"]'" => [3];
        run_of_another_name: "FROM a\nARG V\nRUN echo $VX ${V_} $aV" => [];
        run_before: "FROM a\nRUN echo $V\nARG V" => [];
        run_in_json: "FROM a\nARG V\nRUN [\"sh\", \"-c\", \"echo $V\"]" => [3];
        continued: "FROM a\nARG V\nRUN echo \\\n $V" => [3];
        here_document: "FROM a\nARG V\nRUN <<EOF\necho $V\nEOF" => [3];
        here_document_of_copy: "FROM a\nARG V\nCOPY <<EOF /v\n${V}\nEOF" => [3];
        here_document_of_copy_by_bare_name: "FROM a\nARG V\nCOPY <<EOF /v\nV\nEOF" => [];
        env: "FROM a\nARG V\nENV X=$V" => [3];
        env_hides: "FROM a\nARG V\nENV V=x\nRUN echo $V" => [];
        env_keeps: "FROM a\nARG V\nENV V=${V}\nRUN echo $V" => [3];
        other_arg: "FROM a\nARG V\nARG X=$V" => [3];
        copy: "FROM a\nARG V\nCOPY $V /" => [3];
        workdir_by_bare_name: "FROM a\nARG V\nWORKDIR /V" => [];
        workdir: "FROM a\nARG V\nWORKDIR /$V" => [3];
        user: "FROM a\nARG V\nUSER ${V}" => [3];
        from: "ARG V\nFROM a:$V" => [2];
        from_platform: "ARG V\nFROM --platform=$V a" => [2];
        from_without_declaration: "FROM a:$V" => [];
        global_does_not_reach_into_a_stage: "ARG V\nFROM a\nRUN echo $V" => [];
        global_declared_again: "ARG V\nFROM a\nARG V\nRUN echo $V" => [4];
        global_of_another: "ARG V\nARG W=$V\nFROM a:$W" => [2];
        stage_not_needed: "FROM a AS b\nARG V\nRUN echo $V\nFROM a" => [];
        stage_needed: "FROM a AS b\nARG V\nRUN echo $V\nFROM a\nCOPY --from=b / /" => [3];
        inherited: "FROM a AS b\nARG V\nFROM b\nRUN echo $V" => [4];
        inherited_hidden: "FROM a AS b\nENV V=x\nARG V\nFROM b\nRUN echo $V" => [];
        trigger: "FROM a AS b\nARG V\nONBUILD RUN echo $V\nFROM b" => [3];
        several: "FROM a\nARG V\nRUN $V\nLABEL x=$V\nRUN $V $V\nCMD echo $V" => [3, 5, 6];
    }
}

/// `file => sources`, of Dockerfiles as projects have them.
#[test]
fn whole_files() {
    for (name, text, want) in [
        (
            "python-minimal",
            include_str!("dockerfiles/python-minimal.Dockerfile"),
            &["21 requirements.txt", "21 environment.yml"][..],
        ),
        (
            "r-renv",
            include_str!("dockerfiles/r-renv.Dockerfile"),
            &["8 .renv_install.sh", "8 ~", "10 renv.lock", "12 install.R"],
        ),
        (
            "julia",
            include_str!("dockerfiles/julia.Dockerfile"),
            &["12 requirements.txt", "12 environment.yml", "18 Project.toml", "18 Manifest.toml"],
        ),
        (
            "service",
            include_str!("dockerfiles/service.Dockerfile"),
            &["14 pyproject.toml", "14 uv.lock", "19 src", "19 README.md", "34 ~deploy/conf", "35 ~"],
        ),
    ] {
        let found: Vec<String> = used(text, &BuildOptions::default()).sources.iter().map(show).collect();
        assert_eq!(found, want, "{name}");
    }
}

#[test]
fn a_large_file_takes_time_in_proportion() {
    let lines = 20_000;
    let text = format!("FROM a AS b\n{}", "ENV A=$A$A\nARG B=$A\nCOPY $A b/$B /\nFROM b AS b\n".repeat(lines));
    assert!(used(&text, &BuildOptions::default()).sources.len() >= lines);
    let nested = format!("FROM a\nCOPY {}x{} /", "${A:-".repeat(lines), "}".repeat(lines));
    assert_eq!(used(&nested, &BuildOptions::default()).sources.len(), 1);
    let excludes = format!("FROM a\nCOPY {} {} /", "--exclude=x ".repeat(lines), "y ".repeat(lines));
    assert_eq!(used(&excludes, &BuildOptions::default()).sources.len(), lines);
}
