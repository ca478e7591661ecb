//! One finding a line, and nothing else. The field names are those of [`Finding`], a contract.

use std::io::{self, Write};

use rolewatch_guard::Finding;

pub(crate) fn write(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    for finding in findings {
        serde_json::to_writer(&mut *out, finding)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
