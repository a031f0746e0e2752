/* SPDX-License-Identifier: MIT */
#include "daemon/server.h"

#include "control/fault.h"
#include "control/wire.h"
#include "daemon/peer.h"
#include "daemon/rate.h"
#include "daemon/turn.h"
#include "daemon/waiting.h"
#include "when.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct ez_server {
    ez_endpoint *endpoint; /* owned */
    ez_desk *desk;
    pthread_t thread;
    int wake; /* an eventfd: it is to end */
    atomic_bool over;

    /* The thread's own. */
    GPtrArray *peers; /* of ez_peer, owned; as the next two */
    ez_rate *rate;
    GArray *ready; /* of struct pollfd: wake, endpoint, waiting, then each peer's */
    ez_waiting waiting;
    execz_time deaf_for; /* monotonic: until then nobody is accepted, for descriptors are out */
};

/* ---- answers -------------------------------------------------------------------------------- */

static size_t
unsent(const ez_server *self)
{
    size_t sum = 0;

    for (guint i = 0; i < self->peers->len; i++) {
        sum += ez_peer_unsent(self->peers->pdata[i]);
    }
    return sum;
}

static bool
may_ask(ez_server *self, const ez_peer *peer, execz_error *err)
{
    if (!ez_rate_take(self->rate, peer->uid, ez_when_monotonic(), err)) {
        return false;
    }
    if (unsent(self) > EZ_SERVER_UNSENT_MAX) {
        ez_fault_set(err, EXECZ_E_BUSY,
                     "more than %zu bytes of answers wait for clients that do not read them; try "
                     "again in a minute",
                     EZ_SERVER_UNSENT_MAX);
        return false;
    }
    return true;
}

static void
refuse(ez_peer *peer, const execz_error *err)
{
    ez_turn_reply(peer, NULL, NULL, err);
    peer->leaving = true;
}

/* Answers one request, so that everybody has his turn. */
static void
serve(ez_server *self, ez_peer *peer)
{
    execz_error err = EXECZ_ERROR_INIT;
    size_t length;
    const char *line = ez_peer_request(peer, &length);
    json_t *request = NULL, *result = NULL;
    execz_duration wait = 0;

    if (length > EZ_REQUEST_MAX) {
        ez_fault_set(&err, EXECZ_E_LIMIT, "a request has at most %zu bytes", EZ_REQUEST_MAX);
        refuse(peer, &err);
        return;
    }
    request = ez_wire_parse_request(line, length, &err);
    ez_peer_drop_request(peer);
    if (may_ask(self, peer, &err) && request != NULL) {
        result = ez_turn_ask(self->desk, peer, request, &wait, &err);
    }
    if (wait > 0) {
        json_decref(result);
        result = NULL;
    }
    if (wait == 0 || !ez_waiting_hold(&self->waiting, peer, request, wait, &err)) {
        ez_turn_reply(peer, request, result, &err);
    }
    json_decref(request);
}

/* ---- connections ---------------------------------------------------------------------------- */

static void
welcome(ez_server *self, int fd)
{
    ez_peer *peer = ez_peer_new(fd);
    execz_error err = EXECZ_ERROR_INIT;

    if (!ez_peer_is_allowed(peer, &err)) {
        refuse(peer, &err);
    } else if (self->peers->len >= EZ_SERVER_PEERS_MAX) {
        ez_fault_set(&err, EXECZ_E_LIMIT, "%d clients are connected, and that is the limit",
                     EZ_SERVER_PEERS_MAX);
        refuse(peer, &err);
    }
    if (peer->leaving) { /* the answer is short, and a new socket has room for it */
        ez_peer_free(peer);
    } else {
        g_ptr_array_add(self->peers, peer);
    }
}

static void
accept_all(ez_server *self)
{
    for (int n = 0; n < EZ_ENDPOINT_BACKLOG; n++) {
        int fd = accept4(ez_endpoint_fd(self->endpoint), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd >= 0) {
            welcome(self, fd);
        } else {
            if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
                self->deaf_for = ez_when_monotonic() + EXECZ_SECOND / 10;
            }
            return;
        }
    }
}

/* ---- the thread ----------------------------------------------------------------------------- */

#define PEERS 3 /* where theirs begin in ready */

static void
collect(ez_server *self, execz_time now)
{
    struct pollfd wake = {.fd = self->wake, .events = POLLIN};
    struct pollfd listening = {.fd = now < self->deaf_for ? -1 : ez_endpoint_fd(self->endpoint),
                               .events = POLLIN};
    struct pollfd waiting = ez_waiting_poll(&self->waiting, now);

    g_array_set_size(self->ready, 0);
    g_array_append_val(self->ready, wake);
    g_array_append_val(self->ready, listening);
    g_array_append_val(self->ready, waiting);
    for (guint i = 0; i < self->peers->len; i++) {
        const ez_peer *peer = self->peers->pdata[i];
        struct pollfd one = {.fd = peer->fd};

        if (ez_peer_unsent(peer) > 0) {
            one.events = POLLOUT;
        } else if (!peer->ended && !ez_peer_has_request(peer) && peer->in->len <= EZ_REQUEST_MAX) {
            one.events = POLLIN;
        }
        g_array_append_val(self->ready, one);
    }
}

/* How long there is nothing to do but to wait, in milliseconds. */
static int
time_to_wait(const ez_server *self, execz_time now)
{
    int patience = ez_waiting_patience(&self->waiting, self->peers, now);
    int wait = now < self->deaf_for ? 100 : -1;

    for (guint i = 0; i < self->peers->len; i++) {
        if (ez_peer_has_request(self->peers->pdata[i])) {
            return 0;
        }
        if (ez_peer_unsent(self->peers->pdata[i]) > 0) {
            wait = wait < 0 ? 1000 : wait;
        }
    }
    return patience < 0 ? wait : wait < 0 ? patience : MIN(wait, patience);
}

static void
attend(ez_server *self, ez_peer *peer, short events)
{
    if ((events & (POLLHUP | POLLERR)) != 0 &&
        (ez_peer_unsent(peer) > 0 || peer->request != NULL)) {
        peer->broken = true;
    } else if ((events & POLLOUT) != 0) {
        ez_peer_flush(peer, ez_when_monotonic());
    } else if ((events & (POLLIN | POLLHUP)) != 0) {
        ez_peer_read(peer);
    }
    if (ez_peer_has_request(peer)) {
        serve(self, peer);
    }
}

static void *
run(void *user)
{
    ez_server *self = user;

    while (!atomic_load(&self->over)) {
        execz_time now = ez_when_monotonic();
        guint n = self->peers->len;

        collect(self, now);
        if (poll((struct pollfd *)self->ready->data, self->ready->len, time_to_wait(self, now)) <
            0) {
            continue; /* interrupted, which is not for us */
        }
        for (guint i = n; i-- > 0;) { /* backwards, for they go */
            ez_peer *peer = self->peers->pdata[i];

            attend(self, peer, g_array_index(self->ready, struct pollfd, i + PEERS).revents);
            if (ez_peer_is_over(peer, ez_when_monotonic())) {
                ez_waiting_let_go(&self->waiting, peer);
                g_ptr_array_remove_index_fast(self->peers, i);
            }
        }
        if (g_array_index(self->ready, struct pollfd, 1).revents != 0) {
            accept_all(self);
        }
        ez_waiting_look(&self->waiting, self->peers, ez_when_monotonic(), false);
    }
    ez_endpoint_close(self->endpoint); /* first: who asks again is to find nobody */
    self->endpoint = NULL;
    ez_waiting_look(&self->waiting, self->peers, ez_when_monotonic(), true);
    return NULL;
}

ez_server *
ez_server_new(ez_endpoint *endpoint, ez_desk *desk, ez_watch *watch)
{
    ez_server *self = g_new0(ez_server, 1);
    int error;

    self->endpoint = endpoint;
    self->desk = desk;
    self->waiting = (ez_waiting){.desk = desk, .watch = watch};
    self->peers = g_ptr_array_new_with_free_func((GDestroyNotify)ez_peer_free);
    self->rate = ez_rate_new();
    self->ready = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    self->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    error = self->wake < 0 ? errno : pthread_create(&self->thread, NULL, run, self);
    if (error != 0) {
        atomic_store(&self->over, true); /* there is no thread to end */
        ez_server_free(self);
        errno = error;
        return NULL;
    }
    (void)pthread_setname_np(self->thread, "execz-control");
    return self;
}

void
ez_server_free(ez_server *self)
{
    const uint64_t one = 1;

    if (self == NULL) {
        return;
    }
    if (!atomic_exchange(&self->over, true)) {
        (void)!write(self->wake, &one, sizeof one);
        pthread_join(self->thread, NULL);
    }
    if (self->wake >= 0) {
        close(self->wake);
    }
    g_ptr_array_unref(self->peers);
    ez_rate_free(self->rate);
    g_array_unref(self->ready);
    ez_endpoint_close(self->endpoint);
    g_free(self);
}
