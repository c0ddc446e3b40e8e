//! Time and memory of commands, measured beside each other.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::sh::{self, Error, Result};

/// What one command took, over its runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    times: Vec<Duration>,
    /// What all runs together kept processors busy for, in the system's ticks; 0 where it does not say. Other load on the machine
    /// hardly changes it, so a ratio of two holds where times are noisy.
    pub(crate) cpu: u64,
    /// The most memory of its own, in kB; 0 where the system does not say.
    pub(crate) own_kb: u64,
    /// The most memory with the files it has mapped, in kB; 0 where the system does not say.
    pub(crate) resident_kb: u64,
}

impl Taken {
    /// The fastest run: what the command needs when nothing disturbs it.
    pub(crate) fn best(&self) -> Duration {
        self.times.iter().min().copied().unwrap_or_default()
    }

    /// The run in the middle.
    pub(crate) fn median(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }
}

/// Runs commands in turn, `runs` times each after one that does not count, so that what disturbs one disturbs all. What they print
/// is dropped; `allowed` are the exit codes that are an answer.
pub(crate) fn in_turn(commands: &[&dyn Fn() -> Command], runs: usize, allowed: &[i32]) -> Result<Vec<Taken>> {
    let mut taken = vec![Taken::default(); commands.len()];
    for run in 0..=runs {
        for (make, taken) in commands.iter().zip(&mut taken) {
            let before = children_cpu();
            let time = once(make(), taken, allowed)?;
            if run > 0 {
                taken.times.push(time);
                taken.cpu += children_cpu() - before;
            }
        }
    }
    Ok(taken)
}

fn once(mut command: Command, taken: &mut Taken, allowed: &[i32]) -> Result<Duration> {
    let shown = sh::shown(&command);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn().map_err(|error| Error::new(format!("cannot run `{shown}`: {error}")))?;
    let watch = std::thread::spawn({
        let status = format!("/proc/{}/status", child.id());
        move || watch(Path::new(&status))
    });
    let exit = wait(&mut child, &shown)?;
    let time = start.elapsed();
    let (own, resident) = watch.join().unwrap_or_default();
    taken.own_kb = taken.own_kb.max(own);
    taken.resident_kb = taken.resident_kb.max(resident);
    if exit.is_some_and(|code| allowed.contains(&code)) {
        Ok(time)
    } else {
        Err(Error::new(format!("`{shown}` failed: exit code {exit:?}")))
    }
}

fn wait(child: &mut Child, shown: &str) -> Result<Option<i32>> {
    let status = child.wait().map_err(|error| Error::new(format!("cannot wait for `{shown}`: {error}")))?;
    Ok(status.code())
}

/// The processor time of all processes that this one started and that have ended (`cutime` and `cstime`).
fn children_cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name in parentheses, which may hold spaces.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    fields.skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// Reads a process's memory until it ends. A peak of less than the pause between two looks can be missed, except that of all
/// memory together, which the system keeps.
fn watch(status: &Path) -> (u64, u64) {
    let (mut own, mut resident) = (0, 0);
    while let Ok(text) = std::fs::read_to_string(status) {
        let field = |name: &str| -> Option<u64> {
            text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.trim().parse().ok())
        };
        // A process that has ended, and was not yet waited for, has no memory.
        let (Some(anonymous), Some(peak)) = (field("RssAnon:"), field("VmHWM:")) else { break };
        (own, resident) = (own.max(anonymous), resident.max(peak));
        std::thread::sleep(Duration::from_millis(5));
    }
    (own, resident)
}
