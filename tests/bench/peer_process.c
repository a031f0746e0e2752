/* SPDX-License-Identifier: MIT */
/* The least a task in another process could cost: two words of shared memory, a process that sleeps on
 * the one and a process that sleeps on the other.  Nothing is copied, called, measured or supervised.
 *
 * After a kill: another process, forked before, takes its place as soon as the kernel says by a pidfd
 * that the first one has ended. */
#include "peers.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

typedef struct words {
    _Alignas(64) _Atomic uint32_t asked;
    _Alignas(64) _Atomic uint32_t answered;
} words;

typedef struct servant {
    words *words;
    pid_t pid;
    int pidfd;
} servant;

typedef struct pair {
    servant active, spare; /* the spare has no pid where there is none */
} pair;

static void
await(_Atomic uint32_t *word, uint32_t not_this)
{
    while (atomic_load(word) == not_this) {
        (void)syscall(SYS_futex, word, FUTEX_WAIT, not_this, NULL, NULL, 0);
    }
}

static void
set(_Atomic uint32_t *word, uint32_t value)
{
    atomic_store(word, value);
    (void)syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

_Noreturn static void
serve(words *own)
{
    for (uint32_t seen = 0;; seen++) {
        await(&own->asked, seen);
        set(&own->answered, seen + 1);
    }
}

static servant
start(void)
{
    servant self = {.words = mmap(NULL, sizeof(words), PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0)};

    if (self.words == MAP_FAILED) {
        bench_die("no shared memory: %s", strerror(errno));
    }
    self.pid = fork();
    if (self.pid < 0) {
        bench_die("cannot fork: %s", strerror(errno));
    }
    if (self.pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(self.words);
    }
    self.pidfd = pidfd_open(self.pid, 0);
    return self;
}

static void
end(servant *self)
{
    if (self->pid > 0) {
        (void)kill(self->pid, SIGKILL);
        (void)waitpid(self->pid, NULL, 0);
        close(self->pidfd);
        munmap(self->words, sizeof *self->words);
        self->pid = 0;
    }
}

/* ---- one after another ----------------------------------------------------------------------- */

static void *
set_up(const bench_load *load, char *why)
{
    pair *self = g_new0(pair, 1);

    (void)load;
    (void)why;
    self->active = start();
    return self;
}

static void
tear_down(void *state)
{
    pair *self = state;

    end(&self->active);
    end(&self->spare);
    g_free(self);
}

static void
ask(void *state)
{
    words *all = ((pair *)state)->active.words;
    uint32_t n = atomic_load(&all->answered);

    set(&all->asked, n + 1);
    await(&all->answered, n);
}

static double
measure_round_trip(void *state, const bench_load *load)
{
    return bench_round_trips(load, ask, state);
}

/* ---- after a kill ---------------------------------------------------------------------------- */

static double
kill_once(pair *self, const bench_load *load)
{
    struct pollfd ended;
    servant killed;
    int64_t begun, took;

    if (self->spare.pid == 0) {
        self->spare = start();
    }
    ask(self);
    bench_rest(load->gap);
    killed = self->active;
    ended = (struct pollfd){.fd = killed.pidfd, .events = POLLIN};
    begun = bench_now();
    (void)kill(killed.pid, SIGKILL);
    (void)poll(&ended, 1, -1);
    self->active = self->spare;
    ask(self);
    took = bench_now() - begun;
    self->spare = (servant){.pid = 0};
    end(&killed);
    return (double)took / 1e3;
}

static double
measure_kill(void *state, const bench_load *load)
{
    g_autofree double *took = g_new(double, load->n);

    for (uint64_t i = 0; i < load->n; i++) {
        took[i] = kill_once(state, load);
    }
    return bench_median(took, load->n);
}

const bench_side peer_bare_process_round_trip = {"bare processes", set_up, measure_round_trip,
                                                 tear_down};
const bench_side peer_bare_process_kill = {"bare processes", set_up, measure_kill, tear_down};
