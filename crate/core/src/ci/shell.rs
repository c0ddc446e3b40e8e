//! A lexer for the shell of CI scripts: enough of sh and bash to find commands, words and where values come from.
//!
//! It never fails: a quote that is not closed reaches to the end, and what it does not understand stays text. Comments
//! are dropped, lines continued with a backslash are joined, here-documents are skipped.

/// A token of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    /// `;`, `&`, or the end of a line.
    End,
    /// `;;` of a `case`.
    EndCase,
    And,
    Or,
    Pipe,
    Open,
    Close,
    /// `<`, `>`, `>>` …: the next word is a file.
    Redirect,
    /// `<<<`: the next word is the standard input.
    HereString,
}

/// A word: its parts, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Word {
    pub(super) parts: Vec<Part>,
    pub(super) raw: String,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text {
        text: String,
        quoted: bool,
    },
    Variable {
        name: String,
        op: Op,
        quoted: bool,
    },
    /// `$(…)` or backticks.
    Command {
        source: String,
        quoted: bool,
    },
}

/// What `${NAME…}` does to the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Nothing,
    /// `${X:FROM:LENGTH}`
    Slice {
        from: usize,
        length: Option<usize>,
    },
    /// `${X:-WORD}` and its kin, the word as it is written.
    Default(String),
    /// `${X:+WORD}`
    Instead(String),
    /// `${X,,}`
    Lower,
    /// Anything else.
    Other,
}

impl Word {
    /// The text of a word without expansions.
    pub(super) fn literal(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| if let Part::Text { text, .. } = part { Some(text.as_str()) } else { None })
            .collect()
    }

    /// The text of a word that is neither quoted nor has expansions: what a keyword must be.
    pub(super) fn bare(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text { text, quoted: false }] => Some(text),
            _ => None,
        }
    }

    fn push(&mut self, more: &str, is_quoted: bool) {
        match self.parts.last_mut() {
            Some(Part::Text { text, quoted }) if *quoted == is_quoted => text.push_str(more),
            _ => self.parts.push(Part::Text { text: more.to_owned(), quoted: is_quoted }),
        }
    }
}

/// The tokens of a script.
pub(super) fn lex(script: &str) -> Vec<Token> {
    let mut lexer = Lexer { text: script, at: 0, tokens: Vec::new(), here: Vec::new() };
    lexer.run();
    lexer.tokens
}

/// The parts of a text that stands where a word would, such as the default in `${X:-default}`.
pub(super) fn lex_word(text: &str) -> Word {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), here: Vec::new() };
    let mut word = Word { raw: text.to_owned(), ..Word::default() };
    while lexer.at < text.len() {
        let before = lexer.at;
        lexer.word_into(&mut word);
        if lexer.at == before {
            // A character that would end a word: here it is text.
            let c = lexer.rest().chars().next().unwrap_or_default();
            word.push(c.encode_utf8(&mut [0; 4]), true);
            lexer.at += c.len_utf8();
        }
    }
    word
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    /// The delimiters of the here-documents that begin on the next line.
    here: Vec<String>,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn run(&mut self) {
        while self.at < self.text.len() {
            match self.byte(0) {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.byte(1) == b'\n' => self.at += 2,
                b'\\' if self.byte(1) == b'\r' && self.byte(2) == b'\n' => self.at += 3,
                b'\n' => self.newline(),
                b'#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                b';' if self.byte(1) == b';' => self.token(Token::EndCase, 2),
                b'&' if self.byte(1) == b'&' => self.token(Token::And, 2),
                b'&' if self.byte(1) == b'>' => self.token(Token::Redirect, if self.byte(2) == b'>' { 3 } else { 2 }),
                b';' | b'&' => self.token(Token::End, 1),
                b'|' if self.byte(1) == b'|' => self.token(Token::Or, 2),
                b'|' => self.token(Token::Pipe, if self.byte(1) == b'&' { 2 } else { 1 }),
                b'(' => self.token(Token::Open, 1),
                b')' => self.token(Token::Close, 1),
                b'<' | b'>' if self.byte(1) == b'(' => self.process(),
                b'<' | b'>' => self.redirect(),
                _ => self.word(),
            }
        }
    }

    fn token(&mut self, token: Token, length: usize) {
        self.tokens.push(token);
        self.at += length;
    }

    fn newline(&mut self) {
        self.token(Token::End, 1);
        for delimiter in std::mem::take(&mut self.here) {
            while self.at < self.text.len() {
                let line = self.rest().split_inclusive('\n').next().unwrap_or_default();
                self.at += line.len();
                if line.trim() == delimiter {
                    break;
                }
            }
        }
    }

    fn redirect(&mut self) {
        // `2>` is a redirection of its own, `a2>` is not.
        if let Some(Token::Word(word)) = self.tokens.last()
            && self.text.get(..self.at).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
            && word.bare().is_some_and(|text| text.len() == 1)
        {
            self.tokens.pop();
        }
        if self.rest().starts_with("<<<") {
            return self.token(Token::HereString, 3);
        }
        if self.rest().starts_with("<<") {
            self.at += 2;
            if self.byte(0) == b'-' {
                self.at += 1;
            }
            while matches!(self.byte(0), b' ' | b'\t') {
                self.at += 1;
            }
            let mut word = Word::default();
            self.word_into(&mut word);
            self.here.extend(word.literal().filter(|text| !text.is_empty()));
            return;
        }
        let length = self.rest().bytes().take(3).take_while(|byte| b"<>&|".contains(byte)).count();
        let is_descriptor =
            self.rest().get(length..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '-'))
                && self.rest().get(..length).is_some_and(|op| op.ends_with('&'));
        // `2>&1` names no file.
        if is_descriptor {
            self.at += length + 1;
        } else {
            self.token(Token::Redirect, length.max(1));
        }
    }

    /// `<(…)`: a file with what a command prints.
    fn process(&mut self) {
        let start = self.at;
        self.at += 2;
        let source = self.until_closed(b'(');
        let part = Part::Command { source, quoted: true };
        let raw = self.text.get(start..self.at).unwrap_or_default().to_owned();
        self.tokens.push(Token::Word(Word { parts: vec![part], raw }));
    }

    fn word(&mut self) {
        let start = self.at;
        let mut word = Word::default();
        self.word_into(&mut word);
        if self.at == start {
            // Cannot happen with the bytes that `run` passes here, but a lexer must move on.
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
        }
        self.text.get(start..self.at).unwrap_or_default().clone_into(&mut word.raw);
        self.tokens.push(Token::Word(word));
    }

    fn word_into(&mut self, word: &mut Word) {
        while self.at < self.text.len() {
            match self.byte(0) {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' => return,
                b'\\' => {
                    self.at += 1;
                    let next = self.rest().chars().next();
                    self.at += next.map_or(0, char::len_utf8);
                    if let Some(c) = next.filter(|&c| c != '\n') {
                        word.push(c.encode_utf8(&mut [0; 4]), true);
                    }
                }
                b'\'' => {
                    self.at += 1;
                    let text = self.rest().split('\'').next().unwrap_or_default();
                    self.at += text.len() + 1;
                    word.push(text, true);
                }
                b'"' => {
                    self.at += 1;
                    self.double_quoted(word);
                }
                b'$' if self.byte(1) == b'\'' => self.at += 1,
                b'$' => self.dollar(word, false),
                b'`' => self.backticks(word, false),
                _ => {
                    let special = |c: char| " \t\r\n;&|()<>\\'\"$`".contains(c);
                    let text = self.rest().split(special).next().unwrap_or_default();
                    self.at += text.len();
                    word.push(text, false);
                }
            }
        }
        self.at = self.at.min(self.text.len());
    }

    fn double_quoted(&mut self, word: &mut Word) {
        word.push("", true);
        while self.at < self.text.len() {
            match self.byte(0) {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    let next = self.rest().get(1..).and_then(|rest| rest.chars().next());
                    self.at += 1 + next.map_or(0, char::len_utf8);
                    match next {
                        Some('\n') | None => {}
                        Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c.encode_utf8(&mut [0; 4]), true),
                        Some(c) => {
                            word.push("\\", true);
                            word.push(c.encode_utf8(&mut [0; 4]), true);
                        }
                    }
                }
                b'$' => self.dollar(word, true),
                b'`' => self.backticks(word, true),
                _ => {
                    let text = self.rest().split(['"', '\\', '$', '`']).next().unwrap_or_default();
                    self.at += text.len();
                    word.push(text, true);
                }
            }
        }
    }

    fn backticks(&mut self, word: &mut Word, quoted: bool) {
        self.at += 1;
        let source = self.until_closed(b'`');
        word.parts.push(Part::Command { source: source.replace("\\`", "`").replace("\\$", "$"), quoted });
    }

    fn dollar(&mut self, word: &mut Word, quoted: bool) {
        self.at += 1;
        match self.byte(0) {
            b'(' => {
                self.at += 1;
                let source = self.until_closed(b'(');
                word.parts.push(Part::Command { source, quoted });
            }
            b'{' => {
                self.at += 1;
                let inner = self.until_closed(b'{');
                word.parts.push(parameter(&inner, quoted));
            }
            byte if byte == b'_' || byte.is_ascii_alphabetic() => {
                let name = name_of(self.rest());
                self.at += name.len();
                word.parts.push(Part::Variable { name: name.to_owned(), op: Op::Nothing, quoted });
            }
            byte if byte.is_ascii_digit() || b"@*#?$!-".contains(&byte) => {
                self.at += 1;
                let name = char::from(byte).to_string();
                word.parts.push(Part::Variable { name, op: Op::Nothing, quoted });
            }
            _ => word.push("$", quoted),
        }
    }

    /// The text up to what closes `open`, which is skipped as well.
    fn until_closed(&mut self, open: u8) -> String {
        let start = self.at;
        let mut stack = vec![open];
        while let Some(&top) = stack.last() {
            let byte = self.byte(0);
            if self.at >= self.text.len() {
                return self.text.get(start..).unwrap_or_default().to_owned();
            }
            self.at += 1;
            match (top, byte) {
                (_, b'\\') => self.at += self.rest().chars().next().map_or(0, char::len_utf8),
                (b'`', b'`') | (b'"', b'"') | (b'(', b')') | (b'{', b'}') => {
                    stack.pop();
                }
                (b'`', _) => {}
                (_, b'$') if matches!(self.byte(0), b'(' | b'{') => {
                    stack.push(self.byte(0));
                    self.at += 1;
                }
                (_, b'`') | (b'(' | b'{', b'"') | (b'(', b'(') => stack.push(byte),
                (b'(', b'\'') => self.at += self.rest().find('\'').map_or(self.rest().len(), |found| found + 1),
                _ => {}
            }
        }
        self.text.get(start..self.at.saturating_sub(1)).unwrap_or_default().to_owned()
    }
}

/// The variable's name at the beginning of a text.
pub(super) fn name_of(text: &str) -> &str {
    let end = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    text.get(..end).unwrap_or_default()
}

/// What stands in `${…}`.
fn parameter(inner: &str, quoted: bool) -> Part {
    let name = name_of(inner);
    let rest = inner.get(name.len()..).unwrap_or_default();
    let op = match rest.as_bytes() {
        _ if name.is_empty() => Op::Other,
        // `${X:?message}` ends the script where X is not set.
        [] | [b':', b'?', ..] | [b'?', ..] => Op::Nothing,
        [b':', b'-' | b'=', ..] => Op::Default(rest.get(2..).unwrap_or_default().to_owned()),
        [b'-' | b'=', ..] => Op::Default(rest.get(1..).unwrap_or_default().to_owned()),
        [b':', b'+', ..] => Op::Instead(rest.get(2..).unwrap_or_default().to_owned()),
        [b'+', ..] => Op::Instead(rest.get(1..).unwrap_or_default().to_owned()),
        b",," => Op::Lower,
        [b':', ..] => slice(rest.get(1..).unwrap_or_default()).unwrap_or(Op::Other),
        _ => Op::Other,
    };
    let name = if name.is_empty() { inner.to_owned() } else { name.to_owned() };
    Part::Variable { name, op, quoted }
}

fn slice(range: &str) -> Option<Op> {
    let (from, length) = range.split_once(':').map_or((range, None), |(from, length)| (from, Some(length)));
    let from = if from.trim().is_empty() { 0 } else { from.trim().parse().ok()? };
    let length = match length {
        Some(length) => Some(length.trim().parse().ok()?),
        None => None,
    };
    Some(Op::Slice { from, length })
}

#[cfg(test)]
#[allow(clippy::format_push_string, reason = "tests")]
mod tests {
    use super::*;

    fn show_word(word: &Word) -> String {
        let mut out = String::new();
        for part in &word.parts {
            match part {
                Part::Text { text, quoted: false } => out.push_str(text),
                Part::Text { text, quoted: true } => out.push_str(&format!("'{text}'")),
                Part::Variable { name, op: Op::Nothing, .. } => out.push_str(&format!("<{name}>")),
                Part::Variable { name, op, .. } => out.push_str(&format!("<{name} {op:?}>")),
                Part::Command { source, .. } => out.push_str(&format!("({source})")),
            }
        }
        out
    }

    fn show(script: &str) -> String {
        let tokens: Vec<String> = lex(script)
            .iter()
            .map(|token| match token {
                Token::Word(word) => show_word(word),
                Token::End => ";".into(),
                Token::EndCase => ";;".into(),
                Token::And => "&&".into(),
                Token::Or => "||".into(),
                Token::Pipe => "|".into(),
                Token::Open => "(".into(),
                Token::Close => ")".into(),
                Token::Redirect => ">".into(),
                Token::HereString => "<<<".into(),
            })
            .collect();
        tokens.join(" ")
    }

    macro_rules! cases {
        ($($name:ident: $script:expr => $want:expr;)*) => { $(#[test] fn $name() { assert_eq!(show($script), $want); })* };
    }

    cases! {
        words: "docker build ." => "docker build .";
        comment: "a # b\nc" => "a ; c";
        hash_inside_a_word: "a#b" => "a#b";
        continued_line: "a \\\n b" => "a b";
        continued_line_with_return: "a \\\r\n b" => "a b";
        continued_inside_a_word: "a\\\nb" => "ab";
        single_quotes: "'a $b'" => "'a $b'";
        double_quotes: "\"a $b ${c}\"" => "'a '<b>' '<c>";
        escapes: "\\$a \"\\$b \\n\"" => "'$'a '$b \\n'";
        adjoining: "a\"b\"'c'$d" => "a'bc'<d>";
        operators: "a && b || c; d & e | f" => "a && b || c ; d ; e | f";
        command: "x=$(echo $A | cut -c1-7)" => "x=(echo $A | cut -c1-7)";
        nested_command: "\"$(a \"$(b ')')\" c)\" d" => "''(a \"$(b ')')\" c) d";
        backticks: "x=`git rev-parse HEAD` y" => "x=(git rev-parse HEAD) y";
        slice: "${A:0:7} ${A::8} ${A:2}" => "<A Slice { from: 0, length: Some(7) }> <A Slice { from: 0, length: Some(8) }> <A Slice { from: 2, length: None }>";
        slice_from_the_end: "${A: -7}" => "<A Other>";
        default: "${A:-b} ${A-b} ${A:=b}" => "<A Default(\"b\")> <A Default(\"b\")> <A Default(\"b\")>";
        nested_default: "${A:-${B:-c}}x" => "<A Default(\"${B:-c}\")>x";
        replacement: "${A//\\//-}" => "<A Other>";
        must_be_set: "${A:?is missing}" => "<A>";
        lower: "${A,,}" => "<A Lower>";
        redirections: "a > f 2>&1 < g >> h &> i" => "a > f > g > h > i";
        number_word_stays: "sleep 5 > f" => "sleep 5 > f";
        here_document: "cat <<EOF > f\ndocker build .\nEOF\nb" => "cat > f ; b";
        here_document_quoted: "cat <<-'EOF'\n\tx\n\tEOF\nb" => "cat ; b";
        here_string: "cut -c1 <<< $A" => "cut -c1 <<< <A>";
        subshell: "(cd a; b)" => "( cd a ; b )";
        process: "a <(b c)" => "a (b c)";
        open_quote: "a 'b" => "a 'b'";
        open_double_quote: "a \"b $" => "a 'b $'";
        open_command: "a $(b" => "a (b)";
        dollar_alone: "a$ $ $%" => "a$ $ $%";
        special_parameters: "$1 $@ $$" => "<1> <@> <$>";
        not_ascii: "é 'ü' \\ö" => "é 'ü' 'ö'";
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_lexed(text in "[a-z$(){}'\"`\\\\ \n#<>|&;:=é0-9-]{0,200}") {
            lex(&text);
            lex_word(&text);
        }
    }
}
