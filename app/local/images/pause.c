/* The first process of a pod: holds its namespaces, and takes in those who have lost their parent, until it is told to end. */
#include <signal.h>
#include <unistd.h>

static void end(int signal) { _exit(signal == SIGCHLD); }

int main(void) {
  struct sigaction reap = {.sa_handler = SIG_IGN, .sa_flags = SA_NOCLDWAIT};
  sigaction(SIGCHLD, &reap, 0);
  signal(SIGINT, end);
  signal(SIGTERM, end);
  for (;;) pause();
}
