/* SPDX-License-Identifier: MIT */
#include "daemon/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

/* Set by ez_notify_init(), before there are threads. */
static struct sockaddr_un address;
static socklen_t address_length; /* 0: there is no service manager */
static execz_duration watchdog;

static void
read_address(const char *path)
{
    size_t length = path == NULL ? 0 : strlen(path);

    if ((length > 0 && (path[0] == '/' || path[0] == '@')) && length < sizeof address.sun_path) {
        address = (struct sockaddr_un){.sun_family = AF_UNIX};
        memcpy(address.sun_path, path, length);
        if (path[0] == '@') {
            address.sun_path[0] = '\0'; /* an abstract name */
        }
        address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    }
}

static void
read_watchdog(const char *usec, const char *pid)
{
    guint64 every = 0, whose = (guint64)getpid();

    if (usec != NULL && g_ascii_string_to_unsigned(usec, 10, 1, G_MAXINT64 / 1000, &every, NULL) &&
        (pid == NULL || g_ascii_string_to_unsigned(pid, 10, 1, G_MAXINT, &whose, NULL)) &&
        whose == (guint64)getpid()) {
        watchdog = (execz_duration)every * EXECZ_MICROSECOND;
    }
}

void
ez_notify_init(void)
{
    read_address(g_getenv("NOTIFY_SOCKET"));
    read_watchdog(g_getenv("WATCHDOG_USEC"), g_getenv("WATCHDOG_PID"));
    g_unsetenv("NOTIFY_SOCKET");
    g_unsetenv("WATCHDOG_USEC");
    g_unsetenv("WATCHDOG_PID");
}

void
ez_notify_send(const char *lines)
{
    int fd;

    if (address_length == 0) {
        return;
    }
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        /* If the manager is not there there is nobody to tell. */
        (void)!sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (const struct sockaddr *)&address,
                      address_length);
        close(fd);
    }
}

void
ez_notify_reloading(void)
{
    struct timespec now;
    g_autofree char *lines = NULL;

    clock_gettime(CLOCK_MONOTONIC, &now);
    lines = g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
                            (gint64)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    ez_notify_send(lines);
}

execz_duration
ez_notify_watchdog(void)
{
    return watchdog;
}

bool
ez_notify_is_journal(int fd)
{
    const char *stream = g_getenv("JOURNAL_STREAM");
    g_autofree char *ours = NULL;
    struct stat is;

    if (stream == NULL || fstat(fd, &is) != 0) {
        return false;
    }
    ours = g_strdup_printf("%lu:%lu", (unsigned long)is.st_dev, (unsigned long)is.st_ino);
    return strcmp(stream, ours) == 0;
}
