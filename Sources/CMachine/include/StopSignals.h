#ifndef DPTRAIN_STOP_SIGNALS_H
#define DPTRAIN_STOP_SIGNALS_H

/// From now on SIGTERM, SIGINT and SIGUSR1 only set a flag; a second SIGINT ends the process at once with status 130.
///
/// In C because nothing in Swift promises to be safe in a signal handler.
void stop_signals_listen(void);

/// The first of these signals that has come since then, or 0.
int stop_signals_received(void);

#endif
