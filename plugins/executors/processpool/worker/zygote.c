/* SPDX-License-Identifier: MIT */
/* The process from which all workers are forked.
 *
 * It has one thread and keeps it so, because only then may its children do what they like after a
 * fork.  It waits for two things: a message of the host, and the end (or stop) of a child.  When
 * the host is gone it kills what it has forked and exits.
 *
 * Of each worker it keeps the ring mapped, to know the command that a dead one has left behind, but
 * no other worker inherits that mapping.  As subreaper it also gets the orphans of dead workers,
 * and reaps them. */
#include "sweep.h"
#include "surroundings.h"
#include "worker.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct child {
    pid_t pid;
    uint32_t number;
    uint64_t mark; /* of the processes of its commands */
    wire_ring *ring;
    struct child *next;
} child;

typedef struct zygote {
    const settings *settings;
    execz_bodies *bodies;
    child *children;
    int signals; /* signalfd of SIGCHLD */
} zygote;

static int
tell(wire_message *message, const int *fd)
{
    return wire_send(ZYGOTE_SOCKET, message, fd, fd != NULL, 0);
}

/* ---- start ---------------------------------------------------------------------------------- */

static unsigned
count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    unsigned n = 0;

    while (tasks != NULL && readdir(tasks) != NULL) {
        n++;
    }
    if (tasks != NULL) {
        closedir(tasks);
    }
    return n < 3 ? 1 : n - 2; /* without . and .. */
}

/* Loads the modules named; what went wrong is written to text. */
static void
preload(zygote *self, char *text, size_t size)
{
    char *names = self->settings->preload == NULL ? NULL : strdup(self->settings->preload);
    char *rest = names;
    unsigned before = count_threads();

    while (rest != NULL) {
        const char *name = strsep(&rest, " \t,");
        execz_error err = EXECZ_ERROR_INIT;

        if (name[0] == '\0' || text[0] != '\0') {
            continue;
        }
        if (execz_bodies_preload(self->bodies, name, &err) != EXECZ_OK) {
            (void)snprintf(text, size, "%s", err.message);
        } else if (count_threads() > before) {
            (void)snprintf(text, size,
                           "module '%s' starts a thread when it is loaded, which processes forked "
                           "afterwards would not have; take it out of 'preload'",
                           name);
        }
    }
    free(names);
}

static int
prepare(zygote *self, wire_message *ready)
{
    execz_bodies_options options = {.size = sizeof options,
                                    .function_path =
                                        (const char *const *)self->settings->function_path,
                                    .log = worker_log};
    execz_error err = EXECZ_ERROR_INIT;
    sigset_t watched;
    int error = surroundings_remember();

    if (error != 0) {
        fprintf(stderr,
                "execz-worker: cannot remember the working directory and the environment: %s\n",
                strerror(-error));
        return -1;
    }
    (void)prctl(PR_SET_NAME, "execz-zygote");
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    self->signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    self->bodies = execz_bodies_new(&options, &err);
    if (self->bodies == NULL || self->signals < 0) {
        fprintf(stderr, "execz-worker: %s\n",
                self->bodies == NULL ? err.message : "no descriptor for signals");
        return -1;
    }
    preload(self, ready->text, sizeof ready->text);
    return 0;
}

/* ---- forking -------------------------------------------------------------------------------- */

/* What a worker does not need of the zygote. */
static void
shed(zygote *self)
{
    sigset_t none;

    close(ZYGOTE_SOCKET);
    close(self->signals);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
refuse(uint32_t number, const char *what, int error)
{
    wire_message message = {.kind = WIRE_FORK_FAILED, .worker = number};

    (void)snprintf(message.text, sizeof message.text, "%s: %s", what, strerror(error));
    (void)tell(&message, NULL);
}

static void
enter(zygote *self, child *one)
{
    wire_message message = {.kind = WIRE_FORKED, .worker = one->number, .pid = one->pid};
    int pidfd = pidfd_open(one->pid, 0);

    (void)madvise(one->ring, sizeof *one->ring, MADV_DONTFORK);
    one->next = self->children;
    self->children = one;
    (void)tell(&message, pidfd < 0 ? NULL : &pidfd);
    if (pidfd >= 0) {
        close(pidfd);
    }
}

/* Forks a worker.  In it, returns its exit status; else -1. */
static int
fork_worker(zygote *self, const wire_message *order, int socket, int memory)
{
    wire_ring *ring = mmap(NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    child *one = malloc(sizeof *one);
    pid_t own = getpid();
    pid_t pid = ring == MAP_FAILED || one == NULL ? -1 : fork();

    close(memory);
    if (pid == 0) {
        shed(self);
        free(one);
        surroundings_mark(order->value);
        return worker_run(self->settings, self->bodies, ring, socket, own);
    }
    if (pid < 0) {
        refuse(order->worker, "cannot fork", errno);
        free(one);
        if (ring != MAP_FAILED) {
            (void)munmap(ring, sizeof *ring);
        }
    } else {
        *one = (child){.pid = pid, .number = order->worker, .mark = order->value, .ring = ring};
        enter(self, one);
    }
    close(socket);
    return -1;
}

/* ---- ends ----------------------------------------------------------------------------------- */

static child **
find(zygote *self, pid_t pid)
{
    child **at = &self->children;

    while (*at != NULL && (*at)->pid != pid) {
        at = &(*at)->next;
    }
    return at;
}

static void
forget(child **at)
{
    child *gone = *at;

    *at = gone->next;
    (void)munmap(gone->ring, sizeof *gone->ring);
    free(gone);
}

/* A worker is dead, and reaped already.  What it has started and not awaited goes with it, unless
 * it has ended in peace. */
static void
bury(child **at, int status, const struct rusage *used)
{
    wire_message message = {
        .kind = WIRE_EXITED,
        .worker = (*at)->number,
        .pid = (*at)->pid,
        .status = status,
        .cpu_user = used->ru_utime.tv_sec * EXECZ_SECOND + used->ru_utime.tv_usec * 1000,
        .cpu_system = used->ru_stime.tv_sec * EXECZ_SECOND + used->ru_stime.tv_usec * 1000,
        .max_rss = (uint64_t)used->ru_maxrss * 1024,
    };
    execz_run command = atomic_load(&(*at)->ring->command);

    (void)tell(&message, NULL);
    if (command != 0) {
        sweep_run((*at)->mark, command);
    }
    forget(at);
}

static void
tell_stopped(const child *one, int status)
{
    wire_message message = {.kind = WIFSTOPPED(status) ? WIRE_STOPPED : WIRE_CONTINUED,
                            .worker = one->number,
                            .status = WIFSTOPPED(status) ? WSTOPSIG(status) : 0};

    (void)tell(&message, NULL);
}

/* Takes note of all children that have changed; -1 when none is left. */
static int
reap(zygote *self, int flags)
{
    struct rusage used;
    int status;
    pid_t pid;

    while ((pid = wait4(-1, &status, flags | WUNTRACED | WCONTINUED, &used)) > 0) {
        child **at = find(self, pid);

        if (*at == NULL) {
            continue; /* an orphan of a worker */
        }
        if (WIFSTOPPED(status) || WIFCONTINUED(status)) {
            tell_stopped(*at, status);
        } else {
            bury(at, status, &used);
        }
    }
    return pid < 0 ? -1 : 0;
}

static void
kill_all(zygote *self)
{
    for (child *at = self->children; at != NULL; at = at->next) {
        (void)kill(at->pid, SIGKILL);
    }
    while (self->children != NULL && reap(self, 0) == 0) {
    }
}

/* ---- loop ----------------------------------------------------------------------------------- */

/* Takes one message.  -1: go on; else the exit status of this process, which may be a worker. */
static int
take_message(zygote *self)
{
    wire_message message;
    int fds[2];
    int result = wire_receive(ZYGOTE_SOCKET, &message, fds, 0);

    if (result <= 0) {
        kill_all(self);
        return 0;
    }
    if (message.kind == WIRE_FORK && fds[0] >= 0 && fds[1] >= 0) {
        return fork_worker(self, &message, fds[0], fds[1]);
    }
    for (int i = 0; i < 2; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    return -1;
}

static void
take_signals(zygote *self)
{
    struct signalfd_siginfo facts[8];

    (void)!read(self->signals, facts, sizeof facts); /* they only say: look */
    (void)reap(self, WNOHANG);
}

int
zygote_run(const settings *asked)
{
    static zygote
        self; /* a worker's listener may use it until the very end: nothing of it is freed */
    wire_message ready = {.kind = WIRE_ZYGOTE_READY, .value = WIRE_VERSION};
    int status = -1;

    self.settings = asked;
    if (prepare(&self, &ready) != 0) {
        return 1;
    }
    (void)tell(&ready, NULL);
    while (status < 0) {
        struct pollfd fds[] = {{.fd = ZYGOTE_SOCKET, .events = POLLIN},
                               {.fd = self.signals, .events = POLLIN}};

        (void)poll(fds, 2, -1);
        if (fds[1].revents != 0) {
            take_signals(&self);
        }
        if (fds[0].revents != 0) {
            status = take_message(&self);
        }
    }
    return status;
}
