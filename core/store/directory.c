/* SPDX-License-Identifier: MIT */
/* The lock is one of the open file, which every kernel since 3.15 has: it goes with the last
 * descriptor, needs no cleaning up after a crash, and holds between two schedulers of one process, too. */
#include "store/directory.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEFT_BEHIND_MS 5000 /* for that long at most */

static const char *
advice(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return "see to the permissions of it and of what it is in, or name another one";
    case EROFS:
        return "mount its file system for writing, or name another one";
    case ENOSPC:
    case EDQUOT:
        return "make room, or name another one";
    default:
        return "see to it, or name another one";
    }
}

static int
fail(const char *path, const char *what, execz_error *err)
{
    int error = errno;
    execz_status status = error == EACCES || error == EPERM ? EXECZ_E_PERMISSION : EXECZ_E_IO;

    (void)ez_fail(err, status, "the state directory %s cannot be %s: %s; %s", path, what,
                  g_strerror(error), advice(error));
    return -1;
}

/* -1 unless it is this user's alone. */
static int
open_directory(const char *path, execz_error *err)
{
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat facts;

    if (directory < 0 || fstat(directory, &facts) < 0) {
        return fail(path, "opened", err);
    }
    if (facts.st_uid == geteuid() && (facts.st_mode & 022) == 0) {
        return directory;
    }
    if (facts.st_uid != geteuid()) {
        (void)ez_fail(err, EXECZ_E_PERMISSION,
                      "the state directory %s belongs to the user %u, and this is %u: chown it, or "
                      "name another one",
                      path, facts.st_uid, geteuid());
    } else {
        (void)ez_fail(err, EXECZ_E_PERMISSION,
                      "the state directory %s can be changed by others: chmod go-w it", path);
    }
    close(directory);
    return -1;
}

/* Into pid what the owner has written, "" if nothing. */
static void
read_owner(int file, char pid[16])
{
    ssize_t length = pread(file, pid, 15, 0);

    pid[MAX(length, 0)] = '\0';
    g_strchomp(pid);
}

/* Takes the lock if nobody has it; 0, or the errno.  A child that is between fork(2) and exec(2) has open
 * what its parent had: if that was killed just then, the lock is free in a moment. */
static int
lock_soon(int file)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char pid[16];
    int error = 0;

    for (int ms = 0; ms < LEFT_BEHIND_MS; ms++) {
        error = fcntl(file, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
        if (error != EAGAIN && error != EACCES) {
            return error;
        }
        read_owner(file, pid);
        if (pid[0] == '\0' || kill((pid_t)g_ascii_strtoll(pid, NULL, 10), 0) == 0 ||
            errno != ESRCH) {
            return error;
        }
        g_usleep(1000);
    }
    return error;
}

static void
tell_owner(const char *path, int file, execz_error *err)
{
    char pid[16];

    read_owner(file, pid);
    (void)ez_fail(err, EXECZ_E_EXISTS,
                  "another scheduler, process %s, uses the state directory %s: stop that one, or "
                  "give this one a directory of its own",
                  pid[0] == '\0' ? "unknown" : pid, path);
}

/* The lock file with this process's pid in it. */
static int
take(const char *path, int directory, execz_error *err)
{
    g_autofree char *pid = g_strdup_printf("%d\n", getpid());
    int file =
        openat(directory, EZ_DIRECTORY_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (file < 0) {
        return fail(path, "written to", err);
    }
    errno = lock_soon(file);
    if (errno != 0) {
        if (errno == EAGAIN || errno == EACCES) {
            tell_owner(path, file, err);
        } else {
            (void)fail(path, "locked", err);
        }
        close(file);
        return -1;
    }
    /* Only for people; on a full disk the lock is as good without. */
    if (ftruncate(file, 0) == 0) {
        (void)!pwrite(file, pid, strlen(pid), 0);
    }
    return file;
}

int
ez_directory_take(const char *path, execz_error *err)
{
    int directory, file;

    if (g_mkdir_with_parents(path, 0700) < 0) {
        return fail(path, "made", err);
    }
    directory = open_directory(path, err);
    if (directory < 0) {
        return -1;
    }
    file = take(path, directory, err);
    close(directory);
    return file;
}
