//! Bundles with networks on the command line.

use anyhow::{Result, ensure};
use doorstep_tests::command::doorstep;
use doorstep_tests::network;

#[test]
fn inspect_names_networks_and_what_they_download() -> Result<()> {
    let bundle = tempfile::tempdir()?;
    network::publish(60, bundle.path())?;
    let output = doorstep().arg("inspect").arg(bundle.path()).output()?;
    let said = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{said}");
    assert_eq!(said.matches("network, half precision").count(), 2, "{said}");
    assert!(said.contains("recommend (10 items)"), "{said}");
    Ok(())
}
