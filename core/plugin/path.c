/* SPDX-License-Identifier: MIT */
/*
 * Who can write to any directory on the way to a file chooses the file.  So the way is walked here,
 * one name at a time from the root, each step from the descriptor of the step before, and each is
 * judged by its own descriptor: what was judged is what is gone through, whatever is renamed
 * meanwhile.
 *
 * Symbolic links on the way are followed by hand, since /lib and many a home directory is one: a link
 * that stands in a trusted directory and belongs to somebody trusted says no more than its owner
 * could do anyway.  In a sticky directory only the owner of an entry can rename it, so /tmp may be on
 * the way, as the next step must belong to somebody trusted; but everybody can add to it, so it
 * cannot be where plugins are.
 *
 * Rejected: openat2() with RESOLVE_NO_SYMLINKS, which tells neither which name was the link nor what
 * to do, and lstat() of strings, which leaves gaps between the looks.
 */
#include "plugin/path.h"

#include "plugin/acl.h"
#include "plugin/codes.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40u /* the kernel's own limit */

/* ---- judging -------------------------------------------------------------------------------- */

static execz_status
check_owner(const struct stat *facts, uid_t user, const char *path, execz_error *err)
{
    bool is_directory = S_ISDIR(facts->st_mode);

    if (facts->st_uid == 0 || facts->st_uid == user) {
        return EXECZ_OK;
    }
    return ez_plugin_fail(err, is_directory ? EZ_P_DIRECTORY_OWNER : EZ_P_WRONG_OWNER,
                          "the %s %s belongs to user %u, neither to root nor to the user who runs "
                          "execz (%u); fix: chown %s%u %s",
                          is_directory              ? "directory"
                          : S_ISLNK(facts->st_mode) ? "symbolic link"
                                                    : "file",
                          path, facts->st_uid, user, S_ISLNK(facts->st_mode) ? "-h " : "", user,
                          path);
}

execz_status
ez_path_check(const struct stat *facts, uid_t user, const char *path, execz_error *err)
{
    unsigned mode = facts->st_mode & 07777u;
    const char *noun = S_ISDIR(facts->st_mode) ? "directory" : "file";
    ez_plugin_code code = S_ISDIR(facts->st_mode) ? EZ_P_DIRECTORY_WRITABLE : EZ_P_WRITABLE;
    execz_status status = check_owner(facts, user, path, err);

    if (status != EXECZ_OK || S_ISLNK(facts->st_mode)) { /* nobody writes to a link */
        return status;
    }
    if ((mode & S_IWOTH) != 0) {
        return ez_plugin_fail(err, code,
                              "the %s %s is writable by everybody (mode %04o); fix: chmod o-w %s",
                              noun, path, mode, path);
    }
    if ((mode & S_IWGRP) != 0 && facts->st_gid != 0) {
        return ez_plugin_fail(err, S_ISDIR(facts->st_mode) ? code : EZ_P_GROUP_WRITABLE,
                              "the %s %s is writable by group %u (mode %04o); fix: chmod g-w %s",
                              noun, path, facts->st_gid, mode, path);
    }
    return EXECZ_OK;
}

execz_status
ez_path_check_fd(int fd, const struct stat *facts, uid_t user, const char *path, execz_error *err)
{
    ez_acl_writer writer;

    /* The bits of the group are the mask of a list. */
    if ((facts->st_mode & S_IWGRP) != 0 && ez_acl_of_fd(fd, user, &writer)) {
        return ez_plugin_fail(err, EZ_P_ACCESS_LIST,
                              "the access control list of %s lets %s %u write to it; fix: setfacl "
                              "-b %s",
                              path, writer.is_group ? "group" : "user", writer.id, path);
    }
    return ez_path_check(facts, user, path, err);
}

/* ---- walking -------------------------------------------------------------------------------- */

typedef struct walk {
    const char *whole; /* the path as it was given */
    uid_t user;
    int fd;        /* the directory that was reached */
    bool sticky;   /* everybody can add to that */
    GString *path; /* its name, "" for the root */
    char *rest;    /* owned; where to go from there */
    unsigned n_links;
} walk;

static execz_status
cannot(const walk *self, const char *name, execz_error *err)
{
    if (errno == ENOENT && self->sticky) {
        return ez_plugin_fail(
            err, EZ_P_UNCLAIMED,
            "there is no %s/%s, and everybody can make one in %s; fix: mkdir -m 755 "
            "%s/%s",
            self->path->str, name, self->path->str, self->path->str, name);
    }
    return ez_plugin_fail(err, errno == ENOENT ? EZ_P_NO_FILE : EZ_P_UNREADABLE,
                          "cannot open the directory %s/%s%s%s: %s", self->path->str, name,
                          self->rest[0] == '\0' ? "" : " on the way to ",
                          self->rest[0] == '\0' ? "" : self->whole, g_strerror(errno));
}

static execz_status
enter(walk *self, int fd, const struct stat *facts, execz_error *err)
{
    const char *name = self->path->len == 0 ? "/" : self->path->str;
    struct stat judged = *facts;

    self->sticky = (facts->st_mode & S_ISVTX) != 0 && (facts->st_mode & (S_IWGRP | S_IWOTH)) != 0;
    close(self->fd);
    self->fd = fd;
    if (self->sticky && self->rest[strspn(self->rest, "/")] != '\0') {
        judged.st_mode &=
            ~(mode_t)(S_IWGRP | S_IWOTH); /* the next step is looked at all the more */
    }
    return ez_path_check_fd(fd, &judged, self->user, name, err);
}

static execz_status
start_at_root(walk *self, execz_error *err)
{
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct stat facts;

    g_string_truncate(self->path, 0);
    if (fd < 0 || fstat(fd, &facts) != 0) {
        return cannot(self, "", err);
    }
    return enter(self, fd, &facts, err);
}

/* Goes on where the link fd says. */
static execz_status
follow(walk *self, int fd, const char *name, execz_error *err)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(fd, "", target, sizeof target - 1);
    char *rest;

    if (length < 0 || ++self->n_links > LINKS_MAX) {
        errno = length < 0 ? errno : ELOOP;
        return cannot(self, name, err);
    }
    target[length] = '\0';
    rest = g_strconcat(target, "/", self->rest, NULL);
    g_free(self->rest);
    self->rest = rest;
    return target[0] == '/' ? start_at_root(self, err) : EXECZ_OK;
}

static void
append_name(GString *path, const char *name)
{
    const char *slash = strrchr(path->str, '/');

    if (strcmp(name, "..") != 0) {
        g_string_append_printf(path, "/%s", name);
    } else if (slash != NULL) {
        g_string_truncate(path, (gsize)(slash - path->str));
    }
}

static execz_status
step(walk *self, const char *name, execz_error *err)
{
    int fd = openat(self->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat facts;
    execz_status status;

    if (fd < 0 || fstat(fd, &facts) != 0) {
        return cannot(self, name, err);
    }
    if (S_ISLNK(facts.st_mode)) {
        g_autofree char *path = g_strconcat(self->path->str, "/", name, NULL);

        status = ez_path_check(&facts, self->user, path, err);
        status = status == EXECZ_OK ? follow(self, fd, name, err) : status;
        close(fd);
        return status;
    }
    if (!S_ISDIR(facts.st_mode)) {
        close(fd);
        errno = ENOTDIR;
        return cannot(self, name, err);
    }
    append_name(self->path, name);
    return enter(self, fd, &facts, err);
}

/* The next name on the way, taken off it; NULL at its end. */
static char *
next_name(walk *self)
{
    const char *start = self->rest + strspn(self->rest, "/");
    size_t length = strcspn(start, "/");
    char *name = length == 0 ? NULL : g_strndup(start, length);
    char *rest = g_strdup(start + length);

    g_free(self->rest);
    self->rest = rest;
    return name;
}

int
ez_path_open_directory(const char *path, execz_error *err)
{
    walk self = {.whole = path,
                 .user = geteuid(),
                 .fd = -1,
                 .path = g_string_new(NULL),
                 .rest = g_strdup(path)};
    execz_status status = start_at_root(&self, err);

    while (status == EXECZ_OK) {
        g_autofree char *name = next_name(&self);

        if (name == NULL) {
            break;
        }
        status = strcmp(name, ".") == 0 ? EXECZ_OK : step(&self, name, err);
    }
    if (status != EXECZ_OK && self.fd >= 0) {
        close(self.fd);
        self.fd = -1;
    }
    g_string_free(self.path, TRUE);
    g_free(self.rest);
    return self.fd;
}
