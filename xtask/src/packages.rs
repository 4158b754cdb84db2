//! Where software comes from: Debian's packages, and Python's. Knows nothing of what is installed.

use anyhow::{Context, Result, bail};
use std::process::Command;

use crate::process::{self, command, output, run, say};

/// pip as this machine calls it.
pub fn pip() -> Result<Command> {
    for words in [&["pip"][..], &["pip3"], &["python3", "-m", "pip"]] {
        let mut probe = Command::new(words[0]);
        let quiet = probe.args(&words[1..]).arg("--version").stderr(std::process::Stdio::null());
        if quiet.output().is_ok_and(|out| out.status.success()) {
            let mut pip = command(words[0]);
            pip.args(&words[1..]);
            return Ok(pip);
        }
    }
    apt(&["python3-pip"], "python3-pip, up to a minute")?;
    let mut pip = command("python3");
    pip.args(["-m", "pip"]);
    Ok(pip)
}

/// Installs Debian packages, as root.
pub fn apt(packages: &[&str], what: &str) -> Result<()> {
    let list = packages.join(" ");
    if !process::exists("apt-get") {
        bail!("{list} is missing and this system has no apt-get: install it by hand");
    }
    let as_root = output(Command::new("id").arg("-u"))?.trim() == "0";
    let apt_get = |args: &[&str]| {
        let mut apt = if as_root { command("apt-get") } else { command("sudo") };
        if !as_root {
            apt.args(["-n", "apt-get"]);
        }
        apt.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(std::process::Stdio::null());
        run(&mut apt)
    };
    say(&format!("Installing {what}"));
    let remedy = || format!("could not install {list}: run `apt-get install {list}` as root");
    apt_get(&["-q", "update"]).with_context(remedy)?;
    let install = ["-q", "-y", "--no-install-recommends", "install"];
    apt_get(&[&install[..], packages].concat()).with_context(remedy)
}
