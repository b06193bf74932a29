use anyhow::{Context, Result};
use std::collections::HashSet;
use std::fs;
use std::path::Path;
use zhibiao::batch::{self, Store, StoreError};

/// Copies every input with a failed document to `quarantine/`, named by its hash and its own name; of an archive the whole
/// archive. What was not opened, being too large, is hashed now; what cannot be read cannot be copied. Copies of an earlier
/// run stay.
pub(super) fn fill(store: &Store, seen: &HashSet<i64>, output: &Path) -> Result<()> {
    let mut failed: Vec<(std::path::PathBuf, String)> = Vec::new();
    store.failed(&mut |row| -> Result<(), StoreError> {
        if !seen.contains(&row.input) {
            return Ok(());
        }
        let path = row.path();
        let hash = row.hash.or_else(|| batch::hash_file(&path).ok().map(|(hash, _)| hash));
        let Some(hash) = hash else { return Ok(()) };
        let digits: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let copy = format!("{digits}-{name}");
        if failed.last().is_none_or(|last| last.1 != copy) {
            failed.push((path, copy));
        }
        Ok(())
    })?;
    if failed.is_empty() {
        return Ok(());
    }
    let folder = output.join("quarantine");
    fs::create_dir_all(&folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
    for (path, copy) in failed {
        let to = folder.join(copy);
        if to.exists() {
            continue;
        }
        let beside = folder.join(".new");
        let copied = fs::copy(&path, &beside).and_then(|_| fs::rename(&beside, &to));
        if let Err(error) = copied {
            tracing::warn!("note: {}: cannot be copied to quarantine ({error})", path.display());
        }
    }
    Ok(())
}
