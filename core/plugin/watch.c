/* SPDX-License-Identifier: MIT */
#include "plugin/watch.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define QUIET_MS 100
#define QUIET_MAX (500 * EXECZ_MILLISECOND) /* then it is looked at, quiet or not */

#define OF_FILES                                                                                   \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF |       \
     IN_MOVE_SELF)
#define OF_PARENT (IN_CREATE | IN_MOVED_TO)

struct ez_plugin_watch {
    int inotify;
    GHashTable *names; /* watch -> what counts: the name of a directory, or "" for any "*.so" */
};

ez_plugin_watch *
ez_plugin_watch_new(execz_error *err)
{
    int inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    ez_plugin_watch *self;

    if (inotify < 0) {
        ez_fail(err, EXECZ_E_IO, "cannot watch directories: %s", g_strerror(errno));
        return NULL;
    }
    self = g_new0(ez_plugin_watch, 1);
    self->inotify = inotify;
    self->names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return self;
}

void
ez_plugin_watch_free(ez_plugin_watch *self)
{
    if (self != NULL) {
        close(self->inotify);
        g_hash_table_unref(self->names);
        g_free(self);
    }
}

/* What counts in a directory that is watched for more than one reason is whatever there is. */
static bool
add(ez_plugin_watch *self, const char *directory, uint32_t mask, const char *name)
{
    int watch = inotify_add_watch(self->inotify, directory, mask | IN_MASK_ADD | IN_ONLYDIR);
    const char *other = g_hash_table_lookup(self->names, GINT_TO_POINTER(watch));

    if (watch < 0) {
        return false;
    }
    if (other != NULL && strcmp(other, name) != 0) {
        name = "/"; /* no name has it: any */
    }
    g_hash_table_replace(self->names, GINT_TO_POINTER(watch), g_strdup(name));
    return true;
}

/* Where a link is, a directory may come: nothing of that is seen behind the link. */
static bool
is_watched(ez_plugin_watch *self, const char *directory)
{
    return add(self, directory, OF_FILES, "") && !g_file_test(directory, G_FILE_TEST_IS_SYMLINK);
}

void
ez_plugin_watch_set(ez_plugin_watch *self, const char *const *directories)
{
    for (; *directories != NULL; directories++) {
        g_autofree char *parent = g_path_get_dirname(*directories);
        g_autofree char *name = g_path_get_basename(*directories);

        if (!is_watched(self, *directories) && !add(self, parent, OF_PARENT, name)) {
            g_autofree char *above = g_path_get_dirname(parent);
            g_autofree char *parents = g_path_get_basename(parent);

            (void)add(self, above, OF_PARENT, parents);
        }
    }
}

static bool
counts(ez_plugin_watch *self, const struct inotify_event *event)
{
    const char *wanted = g_hash_table_lookup(self->names, GINT_TO_POINTER(event->wd));
    const char *name = event->len == 0 ? "" : event->name;

    if ((event->mask & IN_IGNORED) != 0) {
        g_hash_table_remove(self->names, GINT_TO_POINTER(event->wd));
        return true;
    }
    if ((event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
        return true;
    }
    return wanted != NULL &&
           (wanted[0] == '/' || (wanted[0] == '\0' && g_str_has_suffix(name, ".so")) ||
            strcmp(wanted, name) == 0);
}

/* Takes the events that there are; whether any of them counts. */
static bool
take_events(ez_plugin_watch *self)
{
    char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool any = false;
    ssize_t length;

    while ((length = read(self->inotify, buffer, sizeof buffer)) > 0) {
        for (const char *at = buffer; at < buffer + length;) {
            const struct inotify_event *event = (const void *)at;

            any |= counts(self, event);
            at += sizeof *event + event->len;
        }
    }
    return any;
}

/* 1: there are events, 0: time is over, -1: stop. */
static int
await(const ez_plugin_watch *self, int stop_fd, int timeout_ms)
{
    struct pollfd fds[] = {{.fd = stop_fd, .events = POLLIN},
                           {.fd = self->inotify, .events = POLLIN}};
    int n = poll(fds, 2, timeout_ms);

    if (fds[0].revents != 0) {
        return -1;
    }
    return n > 0;
}

bool
ez_plugin_watch_wait(ez_plugin_watch *self, int stop_fd)
{
    int64_t since = 0;

    for (;;) {
        int found = await(self, stop_fd, since == 0 ? -1 : QUIET_MS);
        int64_t now = ez_clock_monotonic(ez_clock_system());

        if (found < 0) {
            return false;
        }
        if (found > 0 && take_events(self) && since == 0) {
            since = now;
        }
        if (since != 0 && (found == 0 || now - since > QUIET_MAX)) {
            return true;
        }
    }
}

/* A lease for reading is only given where nobody writes.  Should somebody begin to in this very
 * moment, the signal of the lease is one that nobody minds. */
bool
ez_plugin_is_being_written(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool written;

    if (fd < 0) {
        return false;
    }
    written =
        fcntl(fd, F_SETSIG, SIGURG) == 0 && fcntl(fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
    close(fd);
    return written;
}
