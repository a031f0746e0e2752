/* SPDX-License-Identifier: MIT */
/* The worker's second thread.  It hears what cannot wait until a body has ended. */
#include "worker.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

/* It calls nothing that needs more; a sanitizer does. */
#define STACK_SIZE (256 * 1024)

/* Without a descriptor (< 0) the message tells that this process has no room for one more: the
 * kernel has dropped it.  Whoever waits for the arena must hear that too. */
static void
take_arena(worker *self, int fd, const wire_message *message)
{
    int result = -EMFILE;

    pthread_mutex_lock(&self->lock);
    if (fd >= 0) {
        result = arena_take(&self->arguments, fd, message->value, message->serial);
    } else {
        arena_drop(&self->arguments);
    }
    self->arguments.serial = message->serial; /* also without bytes */
    self->arguments_error = -result;
    pthread_cond_signal(&self->came);
    pthread_mutex_unlock(&self->lock);
}

static void *
listen_to_host(void *argument)
{
    worker *self = argument;
    wire_message message;
    int fds[2];

    while (wire_receive(self->socket, &message, fds, 0) > 0) {
        if (message.kind == WIRE_CANCEL) {
            execz_bodies_interrupt(self->bodies, message.value);
        } else if (message.kind == WIRE_ARENA) {
            take_arena(self, fds[0], &message);
            fds[0] = -1;
        }
        for (int i = 0; i < 2; i++) {
            if (fds[i] >= 0) {
                close(fds[i]);
            }
        }
    }
    _exit(1); /* the host is gone, and nobody wants what this process does */
}

int
listener_start(worker *self)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_t thread;
    int error = pthread_attr_init(&attributes);

    if (error != 0) {
        return error;
    }
    (void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, listen_to_host, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

const unsigned char *
listener_arena(worker *self, uint32_t serial, uint64_t length, int *error_out)
{
    const unsigned char *bytes;

    pthread_mutex_lock(&self->lock);
    while (self->arguments.serial != serial) {
        pthread_cond_wait(&self->came, &self->lock);
    }
    bytes = length <= self->arguments.size ? self->arguments.bytes : NULL;
    *error_out = self->arguments_error;
    pthread_mutex_unlock(&self->lock);
    return bytes;
}
