//! What the machine tells of itself: room on a disk, memory of this process, its address in the network.

use std::io;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::Path;

/// The file system a path lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Bytes this process may still write.
    pub free: u64,
    /// Bytes it has in all.
    pub total: u64,
}

/// How much room there is where `path` lies. Blocks while the disk does.
///
/// # Errors
/// When there is no such path, or the system does not tell.
pub fn disk(path: &Path) -> io::Result<Disk> {
    let answer = rustix::fs::statvfs(path)?;
    // What is kept back for the administrator is of no use to a service.
    let bytes = |blocks: u64| blocks.saturating_mul(answer.f_frsize);
    Ok(Disk { free: bytes(answer.f_bavail), total: bytes(answer.f_blocks) })
}

/// Bytes of memory this process holds (its resident set); `None` where there is no `/proc`.
#[must_use]
pub fn memory() -> Option<u64> {
    resident(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// The address this machine would send from. Connecting a datagram socket only asks the routing table;
/// nothing is sent (192.0.2.0/24 is reserved for examples).
#[must_use]
pub fn lan_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}

// `statm` counts in pages, whose size would have to be asked for; this file counts in kilobytes (proc(5)).
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::{disk, memory, resident};

    #[test]
    fn the_resident_set_is_read_from_its_line() {
        assert_eq!(resident("VmSize:\t  999 kB\nVmRSS:\t   12345 kB\n"), Some(12_345 * 1024));
        assert_eq!(resident("VmSize:\t  999 kB\n"), None);
        assert!(memory().is_some_and(|bytes| bytes > 100_000));
    }

    #[test]
    fn a_disk_has_no_more_free_than_it_has() {
        let disk_here = disk(&std::env::temp_dir()).expect("the temporary folder lies on some disk");
        assert!(disk_here.total > 0 && disk_here.free <= disk_here.total);
        assert!(disk("/no/such/folder".as_ref()).is_err());
    }
}
