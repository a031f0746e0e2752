/* SPDX-License-Identifier: MIT */
#include "isolation/guardian.h"

#include "function/environment.h"
#include "function/hunt.h"
#include "function/spawn.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define HUNTS_MAX 10

/* Of the process; fixed when its thread starts. */
typedef struct guardian {
    int scheduler; /* pidfd */
    int every_ms;  /* -1: never */
    void (*tick)(void *user);
    void *user;
} guardian;

/* How many processes one hunt after them has killed. */
static uint32_t
kill_all(const ez_tree *tree)
{
    uint32_t killed;
    ez_hunt hunt;

    ez_hunt_start(&hunt, tree, SIGKILL);
    while (!ez_hunt_is_done(&hunt)) {
        (void)poll(&(struct pollfd){.fd = hunt.done_fd, .events = POLLIN}, 1, 10);
    }
    killed = hunt.killed;
    ez_hunt_deinit(&hunt);
    return killed;
}

/* Only one thread hunts: of two hunts after one tree one finds nobody, and is over too early. */
void
ez_guardian_leave(void)
{
    static atomic_flag leaving = ATOMIC_FLAG_INIT;
    const char *mark = g_getenv(EZ_MARK_NAME);
    ez_tree tree = {.pidfd = -1, .mark = mark};

    while (atomic_flag_test_and_set(&leaving)) {
        (void)pause(); /* another thread is about to end us all */
    }
    ez_spawn_close();
    if (mark != NULL) { /* a census leaves out who takes it, and the plugin may start some more */
        for (int i = 0; i < HUNTS_MAX && kill_all(&tree) > 0; i++) {
        }
    }
    _exit(0);
}

static void *
guard(void *argument)
{
    const guardian *self = argument;
    struct pollfd end = {.fd = self->scheduler, .events = POLLIN};

    while (poll(&end, 1, self->every_ms) != 1) {
        if (self->tick != NULL) {
            self->tick(self->user);
        }
    }
    ez_guardian_leave();
}

static int
open_peer(int socket)
{
    struct ucred peer = {0};
    socklen_t length = sizeof peer;

    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || peer.pid != getppid()) {
        return -1;
    }
    return pidfd_open(peer.pid, 0);
}

bool
ez_guardian_start(int socket, execz_duration every, void (*tick)(void *user), void *user)
{
    static guardian own;
    sigset_t all, before;
    pthread_t thread;
    int error;

    own = (guardian){open_peer(socket), every == 0 ? -1 : (int)(every / EXECZ_MILLISECOND), tick,
                     user};
    if (own.scheduler < 0) {
        return false;
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, NULL, guard, &own);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) {
        pthread_detach(thread);
    }
    return error == 0;
}
