#include "StopSignals.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static atomic_int first;
static atomic_int interrupts;

static void receive(int number) {
  int none = 0;
  atomic_compare_exchange_strong(&first, &none, number);
  if (number == SIGINT && atomic_fetch_add(&interrupts, 1) > 0) _exit(128 + SIGINT);
}

void stop_signals_listen(void) {
  atomic_store(&first, 0);
  atomic_store(&interrupts, 0);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = receive;
  // A write or a wait that a signal meets goes on by itself.
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  const int numbers[] = {SIGTERM, SIGINT, SIGUSR1};
  sigset_t stopping;
  sigemptyset(&stopping);
  for (int i = 0; i < 3; i++) {
    sigaction(numbers[i], &action, NULL);
    sigaddset(&stopping, numbers[i]);
  }
  // A program begins with the mask of the thread that started it, which may block them.
  pthread_sigmask(SIG_UNBLOCK, &stopping, NULL);
}

int stop_signals_received(void) { return atomic_load(&first); }
