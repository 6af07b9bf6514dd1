//! Scripts as they are published: without the comments that stand on lines of their own and
//! without indentation, which visitors would download for nothing.
//!
//! Lines are the unit, so that nothing of JavaScript has to be understood: code, and what
//! stands in a template literal, stays as it is written.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Strips every script below a folder.
pub fn strip_folder(folder: &Path) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            strip_folder(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "js") {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let stripped = strip(&text).with_context(|| path.display().to_string())?;
            fs::write(&path, stripped)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

fn strip(script: &str) -> Result<String> {
    let mut stripped = String::new();
    let (mut in_comment, mut in_template) = (false, false);
    for line in script.lines() {
        let code = line.trim();
        if in_template {
            stripped += line;
        } else if in_comment || code.starts_with("/*") {
            in_comment = !code.contains("*/");
            ensure!(
                in_comment || code.ends_with("*/"),
                "code follows a comment on its line: {code}"
            );
            continue;
        } else if code.is_empty() || code.starts_with("//") {
            continue;
        } else {
            stripped += code;
        }
        stripped.push('\n');
        // Pairs on one line cancel out, in a comment behind code too.
        in_template ^= line.matches('`').count() % 2 == 1;
    }
    ensure!(
        !in_comment && !in_template,
        "a comment or template literal has no end that can be seen by lines"
    );
    Ok(stripped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_go_and_code_stays() {
        let script = "// What it is.\n\n/** Adds. */\nexport function add(a, b) {\n  // `why`\n  return a + b; // said\n}\n/*\n * more\n */\nadd(1, 2);\n";
        let expected = "export function add(a, b) {\nreturn a + b; // said\n}\nadd(1, 2);\n";
        assert_eq!(strip(script).unwrap(), expected);
    }

    #[test]
    fn a_template_literal_keeps_its_lines() {
        let script = "  const css = `\n  // kept\n\n  a { b: c }`;\n  go();\n";
        let expected = "const css = `\n  // kept\n\n  a { b: c }`;\ngo();\n";
        assert_eq!(strip(script).unwrap(), expected);
    }

    #[test]
    fn what_lines_do_not_show_is_refused() {
        for script in ["/* a */ b();\n", "/* a\n", "a(`\n"] {
            strip(script).unwrap_err();
        }
    }
}
