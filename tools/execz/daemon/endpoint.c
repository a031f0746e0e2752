/* SPDX-License-Identifier: MIT */
#include "daemon/endpoint.h"

#include "control/address.h"
#include "control/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEFT_BEHIND_MS 5000 /* of a lock that a dead process has */

struct ez_endpoint {
    char *path; /* owned, as the next */
    char *lock_path;
    int lock; /* -1: not yet, as the next */
    int fd;
    bool bound; /* the socket in the file system is ours */
};

static execz_status
report_system(const char *what, const char *path, execz_error *err)
{
    int error = errno;

    return ez_fault_set(
        err, error == EACCES || error == EPERM ? EXECZ_E_PERMISSION : EXECZ_E_IO,
        "%s %s: %s; another place is given as --socket PATH, and none at all as --no-socket", what,
        path, g_strerror(error));
}

/* ---- the lock ------------------------------------------------------------------------------- */

/* Into pid what the owner has written, "" if nothing. */
static void
read_owner(const ez_endpoint *self, char pid[16])
{
    ssize_t n = pread(self->lock, pid, 15, 0);

    pid[n > 0 ? n : 0] = '\0';
    pid[strspn(pid, "0123456789")] = '\0';
}

/* Takes the lock if nobody has it; 0, or the errno.  A child that is between fork(2) and exec(2) has open what its parent
 * had: if that was killed just then, the lock is free in a moment. */
static int
lock_soon(const ez_endpoint *self)
{
    char pid[16];

    for (int ms = 0; ms < LEFT_BEHIND_MS; ms++) {
        if (flock(self->lock, LOCK_EX | LOCK_NB) == 0) {
            return 0;
        }
        if (errno != EWOULDBLOCK) {
            return errno;
        }
        read_owner(self, pid);
        if (pid[0] == '\0' || kill((pid_t)g_ascii_strtoll(pid, NULL, 10), 0) == 0 ||
            errno != ESRCH) {
            break;
        }
        g_usleep(1000);
    }
    return EWOULDBLOCK;
}

static execz_status
report_taken(const ez_endpoint *self, execz_error *err)
{
    char pid[16];

    read_owner(self, pid);
    return ez_fault_set(err, EXECZ_E_EXISTS,
                        "a scheduler runs already behind %s, as process %s; see execz status, or "
                        "give this one a socket of its own as --socket PATH",
                        self->path, pid[0] == '\0' ? "unknown" : pid);
}

/* The owner before us has removed the file when he had gone: then it is the lock of nobody. */
static bool
is_still_there(const ez_endpoint *self)
{
    struct stat ours, there;

    return fstat(self->lock, &ours) == 0 && stat(self->lock_path, &there) == 0 &&
           ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

static execz_status
take_lock(ez_endpoint *self, execz_error *err)
{
    g_autofree char *pid = g_strdup_printf("%d\n", (int)getpid());

    do {
        if (self->lock >= 0) {
            close(self->lock);
        }
        self->lock = open(self->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (self->lock < 0) {
            return report_system("cannot open", self->lock_path, err);
        }
        errno = lock_soon(self);
        if (errno != 0) {
            return errno == EWOULDBLOCK ? report_taken(self, err)
                                        : report_system("cannot lock", self->lock_path, err);
        }
    } while (!is_still_there(self));
    if (ftruncate(self->lock, 0) != 0 ||
        pwrite(self->lock, pid, strlen(pid), 0) != (ssize_t)strlen(pid)) {
        return report_system("cannot write", self->lock_path, err);
    }
    return EXECZ_OK;
}

/* ---- the socket ----------------------------------------------------------------------------- */

static execz_status
make_directory(const ez_endpoint *self, execz_error *err)
{
    g_autofree char *directory = g_path_get_dirname(self->path);

    /* Whoever may connect is checked for each connection; others need not even see it. */
    if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
        return report_system("cannot make the directory", directory, err);
    }
    return EXECZ_OK;
}

/* We have the lock: a socket that lies there is a dead one. */
static execz_status
remove_stale(const ez_endpoint *self, execz_error *err)
{
    struct stat is;

    if (lstat(self->path, &is) != 0) {
        return EXECZ_OK;
    }
    if (!S_ISSOCK(is.st_mode)) {
        return ez_fault_set(err, EXECZ_E_EXISTS,
                            "%s is there and is no socket; give another path as --socket PATH",
                            self->path);
    }
    return unlink(self->path) == 0 ? EXECZ_OK
                                   : report_system("cannot remove the old socket", self->path, err);
}

static execz_status
listen_at(ez_endpoint *self, execz_error *err)
{
    struct sockaddr_un address = ez_address_of(self->path);

    self->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (self->fd < 0) {
        return report_system("cannot make the socket", self->path, err);
    }
    if (fchmod(self->fd, 0600) != 0 ||
        bind(self->fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        return report_system("cannot bind the socket", self->path, err);
    }
    self->bound = true;
    if (chmod(self->path, 0600) != 0 || listen(self->fd, EZ_ENDPOINT_BACKLOG) != 0) {
        return report_system("cannot listen at", self->path, err);
    }
    return EXECZ_OK;
}

ez_endpoint *
ez_endpoint_open(const char *path, execz_error *err)
{
    ez_endpoint *self = g_new0(ez_endpoint, 1);

    self->path = g_strdup(path);
    self->lock_path = g_strconcat(path, ".lock", NULL);
    self->lock = -1;
    self->fd = -1;
    if (make_directory(self, err) != EXECZ_OK || take_lock(self, err) != EXECZ_OK ||
        remove_stale(self, err) != EXECZ_OK || listen_at(self, err) != EXECZ_OK) {
        ez_endpoint_close(self);
        return NULL;
    }
    return self;
}

int
ez_endpoint_fd(const ez_endpoint *self)
{
    return self->fd;
}

const char *
ez_endpoint_path(const ez_endpoint *self)
{
    return self->path;
}

void
ez_endpoint_close(ez_endpoint *self)
{
    if (self == NULL) {
        return;
    }
    if (self->fd >= 0) {
        close(self->fd);
    }
    if (self->bound) {
        (void)unlink(self->path);
        (void)unlink(self->lock_path); /* while it is locked: nobody else has it */
    }
    if (self->lock >= 0) {
        close(self->lock);
    }
    g_free(self->lock_path);
    g_free(self->path);
    g_free(self);
}
