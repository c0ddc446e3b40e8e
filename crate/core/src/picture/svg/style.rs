//! How the picture looks, and how text gets into it.

use crate::text::safe;

/// Text as XML: escaped, and without anything that XML forbids.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            escaped.push('\n');
        }
        for character in safe(line).chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
                _ => escaped.push(character),
            }
        }
    }
    escaped
}

/// The colours are those of the palette, in its order. Yellow lines are darker than yellow areas, to be seen on white.
pub(super) const STYLE: &str = "
text{font:13px ui-sans-serif,system-ui,'Segoe UI','DejaVu Sans',sans-serif;fill:#1f2328}
.name{font-size:18px;font-weight:600}
.mute{font-size:12px;fill:#59636e}
.id,.other,.date,.lack{font:12px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace}
.date,.other{fill:#59636e}
.lack{fill:#b35900;font-style:italic}
.letter{font-size:11px;font-weight:700;text-anchor:middle;fill:#000}
.small{font-size:8px}
.paper{fill:#fff}.band{fill:#f6f8fa}.row{fill:none;pointer-events:all}
.edge{fill:none;stroke-width:3;stroke-linecap:round}
.turn{stroke:#afb8c1;stroke-width:2}
.cut{stroke:#afb8c1;stroke-width:2;stroke-dasharray:2 5}
.image{stroke:#1f2328;stroke-width:2}
.commit{stroke:#fff;stroke-width:1.5}
.tag{fill:none;stroke-width:1.5}
.guess{stroke-dasharray:3 2.5}
.none{fill:#fff;stroke:#8c959f;stroke-dasharray:3 2.5}
.image.none,.tag.none{stroke:#59636e;stroke-dasharray:none}.tag.none{fill:none}.image.none.guess,.tag.none.guess{stroke-dasharray:3 2.5}
.f0{fill:#56b4e9}.f1{fill:#e69f00}.f2{fill:#009e73}.f3{fill:#cc79a7}.f4{fill:#f0e442}.f5{fill:#0072b2}.f6{fill:#d55e00}
.s0{stroke:#56b4e9}.s1{stroke:#e69f00}.s2{stroke:#009e73}.s3{stroke:#cc79a7}.s4{stroke:#d1c400}.s5{stroke:#0072b2}.s6{stroke:#d55e00}
.l5{fill:#fff}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.mute,.date,.other{fill:#9198a1}.lack{fill:#f0a050}
.letter{fill:#000}.l5{fill:#fff}
.paper{fill:#0d1117}.band{fill:#151b23}
.turn,.cut{stroke:#59636e}
.image{stroke:#e6edf3}.commit{stroke:#0d1117}
.none{fill:#0d1117;stroke:#7d8590}.image.none,.tag.none{stroke:#9198a1}
.s4{stroke:#f0e442}
}
";

#[cfg(test)]
mod tests {
    use super::{STYLE, escape};
    use crate::picture::PALETTE;

    #[test]
    fn text_cannot_become_markup() {
        for (text, expected) in [
            ("a < b & c > \"d\" 'e'", "a &lt; b &amp; c &gt; &quot;d&quot; &#39;e&#39;"),
            ("</title><script>alert(1)</script>", "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\u{1b}[2J\u{0}", r"\u{1b}[2J\u{0}"),
            ("\u{ffff}", "\u{fffd}"),
            ("two\nlines", "two\nlines"),
        ] {
            assert_eq!(escape(text), expected);
        }
    }

    #[test]
    fn the_palette_is_the_styles() {
        for (at, (color, ..)) in PALETTE.iter().enumerate() {
            assert!(STYLE.contains(&format!(".f{at}{{fill:{}}}", color.to_lowercase())), "{color}");
        }
    }
}
