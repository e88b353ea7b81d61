//! Flags, environment and file become one validated [`Config`]; all problems are reported together.
//!
//! A flag wins over its `TOUCHLINE_…` variable, that over the key of the same name in the TOML file, that
//! over the default. This is the only room that reads the environment.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The options of a running box as written by a person, every one of them optional.
#[derive(Clone, Debug, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Address and port for fans, and for staff unless --staff-listen is given
    #[arg(long, env = "TOUCHLINE_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
    /// A second address for staff alone; the first then answers 404 for staff pages
    #[arg(long, env = "TOUCHLINE_STAFF_LISTEN", value_name = "ADDR")]
    pub staff_listen: Option<String>,
    /// The folder that holds everything the box must keep
    #[arg(long, env = "TOUCHLINE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A TOML file with these options as keys
    #[arg(long, env = "TOUCHLINE_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Milliseconds within which changes of a score go out together; 0 turns it off
    #[arg(long, env = "TOUCHLINE_COALESCE_MS", value_name = "MS", hide_short_help = true)]
    pub coalesce_ms: Option<u64>,
    /// A folder of sport files that add to or override the built-in ones
    #[arg(long, env = "TOUCHLINE_SPORTS", value_name = "DIR")]
    pub sports: Option<PathBuf>,
    /// The venue's language
    #[arg(long, env = "TOUCHLINE_LANGUAGE", value_name = "TAG")]
    pub language: Option<String>,
    /// The venue's name, shown at the top of the day
    #[arg(long, env = "TOUCHLINE_VENUE", value_name = "NAME")]
    pub venue: Option<String>,
    /// Host names the box answers to besides its own addresses, separated by commas
    #[arg(long, env = "TOUCHLINE_HOSTS", value_name = "NAMES", value_delimiter = ',')]
    pub hosts: Option<Vec<String>>,
    /// The operator's certificate chain (PEM); needs --tls-key
    #[arg(long, env = "TOUCHLINE_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, env = "TOUCHLINE_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// The most connections at once; default: what the descriptor limit allows
    #[arg(long, env = "TOUCHLINE_CONNECTIONS", value_name = "N", hide_short_help = true)]
    pub connections: Option<usize>,
    /// How much is logged: error, warn, info, debug or trace
    #[arg(long, env = "TOUCHLINE_LOG", value_name = "LEVEL", hide_short_help = true)]
    pub log: Option<String>,
}

/// The options of a box, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where fans connect.
    pub listen: SocketAddr,
    /// Where staff connect, when apart from fans.
    pub staff_listen: Option<SocketAddr>,
    /// The data folder.
    pub data: PathBuf,
    /// The flush time of scores and words in milliseconds; 0 publishes each change at once.
    pub coalesce_ms: u64,
    /// The operator's sport files.
    pub sports: Option<PathBuf>,
    /// The venue's default language (BCP 47).
    pub language: String,
    /// The venue's name.
    pub venue: Option<String>,
    /// Names beside the box's own addresses, lower case.
    pub hosts: Vec<String>,
    /// Certificate chain and private key.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The most connections at once.
    pub connections: Option<usize>,
    /// The log level.
    pub log: log::LevelFilter,
}

/// Everything that is wrong with the options, one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The problems in order of the options.
    pub problems: Vec<String>,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

/// Where everything is kept when nobody says otherwise: what systemd gives, else a folder beside the caller.
#[expect(clippy::disallowed_methods, reason = "this is the one room that reads the environment")]
fn default_data() -> PathBuf {
    std::env::var_os("STATE_DIRECTORY").map_or_else(|| PathBuf::from("touchline-data"), PathBuf::from)
}

/// The data folder alone, for commands that need nothing else.
///
/// # Errors
/// When the file named by `--config` cannot be used.
pub fn data_dir(options: &Options) -> Result<PathBuf, ConfigError> {
    Ok(with_file(options)?.data.unwrap_or_else(default_data))
}

/// Checks the options and fills in the defaults.
///
/// # Errors
/// All problems at once, so that a volunteer mends them in one go.
pub fn load(options: &Options) -> Result<Config, ConfigError> {
    let options = with_file(options)?;
    let mut problems = Vec::new();
    let listen = address(&mut problems, "listen", options.listen.as_deref().unwrap_or("0.0.0.0:8080"));
    let staff_listen =
        options.staff_listen.as_deref().map(|text| address(&mut problems, "staff-listen", text));
    if staff_listen == Some(listen) && listen.port() != 0 {
        problems.push(format!("staff-listen: {listen} is the address of --listen too; give another port"));
    }
    let coalesce_ms = options.coalesce_ms.unwrap_or(100);
    if coalesce_ms > 10_000 {
        problems.push(format!("coalesce-ms: {coalesce_ms} is more than 10000; phones would lag behind"));
    }
    let language = options.language.unwrap_or_else(|| "en".to_owned());
    if language.parse::<unic_langid::LanguageIdentifier>().is_err() {
        problems.push(format!("language: `{language}` is no language tag; write it like `en` or `pt-BR`"));
    }
    let hosts: Vec<String> = options.hosts.unwrap_or_default().iter().map(|h| h.to_lowercase()).collect();
    for host in &hosts {
        if host.is_empty() || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)) {
            problems.push(format!("hosts: `{host}` is no host name; write it without http:// and port"));
        }
    }
    let tls = match (options.tls_cert, options.tls_key) {
        (Some(cert), Some(key)) => Some((cert, key)),
        (None, None) => None,
        (Some(_), None) => {
            problems.push("tls-cert: needs --tls-key, the private key of the certificate".to_owned());
            None
        }
        (None, Some(_)) => {
            problems.push("tls-key: needs --tls-cert, the certificate of the key".to_owned());
            None
        }
    };
    if options.connections.is_some_and(|n| n < 16) {
        problems.push("connections: fewer than 16 leave no room for the staff".to_owned());
    }
    let level = options.log.unwrap_or_else(|| "info".to_owned());
    let log = level.parse().unwrap_or_else(|_| {
        problems.push(format!("log: `{level}` is none of error, warn, info, debug, trace"));
        log::LevelFilter::Info
    });
    if !problems.is_empty() {
        return Err(ConfigError { problems });
    }
    Ok(Config {
        listen,
        staff_listen,
        data: options.data.unwrap_or_else(default_data),
        coalesce_ms,
        sports: options.sports,
        language,
        venue: options.venue,
        hosts,
        tls,
        connections: options.connections,
        log,
    })
}

/// The options with what the file adds.
fn with_file(options: &Options) -> Result<Options, ConfigError> {
    let Some(path) = &options.config else { return Ok(options.clone()) };
    let file = read_file(path).map_err(|problem| ConfigError { problems: vec![problem] })?;
    let own = options.clone();
    Ok(Options {
        listen: own.listen.or(file.listen),
        staff_listen: own.staff_listen.or(file.staff_listen),
        data: own.data.or(file.data),
        config: own.config,
        coalesce_ms: own.coalesce_ms.or(file.coalesce_ms),
        sports: own.sports.or(file.sports),
        language: own.language.or(file.language),
        venue: own.venue.or(file.venue),
        hosts: own.hosts.or(file.hosts),
        tls_cert: own.tls_cert.or(file.tls_cert),
        tls_key: own.tls_key.or(file.tls_key),
        connections: own.connections.or(file.connections),
        log: own.log.or(file.log),
    })
}

fn read_file(path: &Path) -> Result<Options, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("config: {} cannot be read: {error}", path.display()))?;
    // Keys may be written like the flags, with a hyphen, or like the variables, with an underscore.
    let mut table: toml::Table = toml::from_str(&text).map_err(|error| place(path, &text, &error))?;
    table = table.into_iter().map(|(key, value)| (key.replace('-', "_"), value)).collect();
    Options::deserialize(table).map_err(|error| format!("config: {}: {}", path.display(), error.message()))
}

fn place(path: &Path, text: &str, error: &toml::de::Error) -> String {
    let mut message = format!("config: {}", path.display());
    if let Some(span) = error.span() {
        let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
        let _ = write!(message, ":{line}");
    }
    let _ = write!(message, ": {}", error.message());
    message
}

/// `0.0.0.0:8080`, `[::]:8080`, `:8080` or `8080`.
fn address(problems: &mut Vec<String>, name: &str, text: &str) -> SocketAddr {
    let port_only = text.strip_prefix(':').unwrap_or(text);
    let any = IpAddr::from([0, 0, 0, 0]);
    let parsed = text.parse().ok().or_else(|| port_only.parse().ok().map(|port| SocketAddr::new(any, port)));
    parsed.unwrap_or_else(|| {
        problems.push(format!("{name}: `{text}` is no address; write it like 0.0.0.0:8080"));
        SocketAddr::new(any, 0)
    })
}

#[cfg(test)]
mod tests {
    use super::{Options, load};

    #[test]
    fn all_problems_are_told_at_once() {
        let options = Options {
            listen: Some("here".to_owned()),
            tls_cert: Some("cert.pem".into()),
            log: Some("loud".to_owned()),
            ..Options::default()
        };
        let error = load(&options).expect_err("three things are wrong");
        assert_eq!(error.problems.len(), 3, "{error}");
    }

    #[test]
    fn a_port_alone_is_an_address() {
        let options = Options { listen: Some(":0".to_owned()), ..Options::default() };
        assert_eq!(load(&options).expect("valid").listen.to_string(), "0.0.0.0:0");
    }

    #[test]
    fn a_flag_wins_over_the_file_and_an_unknown_key_is_refused() {
        let dir = std::env::temp_dir().join(format!("touchline-config-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a temporary folder");
        let file = dir.join("touchline.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\ncoalesce-ms = 7\n").expect("written");
        let mut options =
            Options { config: Some(file.clone()), listen: Some("9".to_owned()), ..Options::default() };
        let config = load(&options).expect("valid");
        assert_eq!((config.listen.port(), config.coalesce_ms), (9, 7));
        std::fs::write(&file, "lisen = \"127.0.0.1:1\"\n").expect("written");
        options.listen = None;
        let error = load(&options).expect_err("a typo").to_string();
        assert!(error.contains("lisen"), "{error}");
        std::fs::remove_dir_all(&dir).expect("removed");
    }
}
