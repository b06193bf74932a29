//! The program: arguments in, exit code out.

mod cli;

/// Reading a report makes thousands of short-lived texts; the system's allocator takes a quarter of the time for them.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run()
}
