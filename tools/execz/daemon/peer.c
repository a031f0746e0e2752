/* SPDX-License-Identifier: MIT */
#include "daemon/peer.h"

#include "control/fault.h"
#include "control/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

ez_peer *
ez_peer_new(int fd)
{
    ez_peer *self = g_new0(ez_peer, 1);
    struct ucred who = {.uid = (uid_t)-1};
    socklen_t size = sizeof who;

    self->fd = fd;
    (void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size); /* fails: nobody we know */
    self->uid = who.uid;
    self->pid = who.pid;
    self->in = g_string_new(NULL);
    self->out = g_string_new(NULL);
    return self;
}

void
ez_peer_free(ez_peer *self)
{
    close(self->fd);
    json_decref(self->request);
    g_string_free(self->in, TRUE);
    g_string_free(self->out, TRUE);
    g_free(self);
}

bool
ez_peer_is_allowed(const ez_peer *self, execz_error *err)
{
    if (self->uid == 0 || self->uid == geteuid()) {
        return true;
    }
    ez_fault_set(err, EXECZ_E_PERMISSION,
                 "this scheduler listens to the user it runs as, %u, and to root; you are user %u",
                 (unsigned)geteuid(), (unsigned)self->uid);
    return false;
}

void
ez_peer_read(ez_peer *self)
{
    char piece[16384];
    ssize_t n = 0;

    while (self->in->len <= EZ_REQUEST_MAX) {
        n = read(self->fd, piece, sizeof piece);
        if (n <= 0) {
            break;
        }
        g_string_append_len(self->in, piece, n);
    }
    self->ended |= n == 0;
    self->broken |= n < 0 && errno != EAGAIN && errno != EINTR;
}

bool
ez_peer_has_request(const ez_peer *self)
{
    return ez_peer_unsent(self) == 0 && !self->leaving && self->request == NULL &&
           (self->in->len > EZ_REQUEST_MAX || (self->ended && self->in->len > 0) ||
            memchr(self->in->str, '\n', self->in->len) != NULL);
}

const char *
ez_peer_request(const ez_peer *self, size_t *length_out)
{
    const char *end = memchr(self->in->str, '\n', self->in->len);

    *length_out = end == NULL ? self->in->len : (size_t)(end - self->in->str);
    return self->in->str;
}

void
ez_peer_drop_request(ez_peer *self)
{
    const char *end = memchr(self->in->str, '\n', self->in->len);

    g_string_erase(self->in, 0, end == NULL ? -1 : end - self->in->str + 1);
}

size_t
ez_peer_unsent(const ez_peer *self)
{
    return self->out->len - self->sent;
}

void
ez_peer_send(ez_peer *self, const char *text, execz_time now)
{
    if (ez_peer_unsent(self) == 0) {
        self->moved_at = now;
    }
    g_string_append(self->out, text);
    ez_peer_flush(self, now);
}

void
ez_peer_flush(ez_peer *self, execz_time now)
{
    while (ez_peer_unsent(self) > 0) {
        ssize_t n = send(self->fd, self->out->str + self->sent, ez_peer_unsent(self),
                         MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n <= 0) {
            self->broken |= n < 0 && errno != EAGAIN && errno != EINTR;
            return;
        }
        self->sent += (size_t)n;
        self->moved_at = now;
    }
    g_string_free(self->out, TRUE); /* gives back what a long answer took */
    self->out = g_string_new(NULL);
    self->sent = 0;
}

bool
ez_peer_is_over(const ez_peer *self, execz_time now)
{
    if (ez_peer_unsent(self) > 0) {
        return self->broken || now - self->moved_at > EZ_PEER_PATIENCE;
    }
    if (self->request != NULL) {
        return self->broken;
    }
    return self->broken || self->leaving || (self->ended && !ez_peer_has_request(self));
}
