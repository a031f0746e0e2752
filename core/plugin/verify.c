/* SPDX-License-Identifier: MIT */
/*
 * A plugin has all the power of its host, so whoever can change the file owns the host.
 *
 * The way to the file is walked and the file opened once, each judged by its descriptor; the bytes
 * are read once, and everything later (note, dlopen) works on these bytes.  Checking a path and
 * loading it afterwards would leave a gap in which the file can be exchanged.
 */
#include "plugin/verify.h"

#include "plugin/codes.h"
#include "plugin/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* since Linux 6.3 */
#endif

bool
ez_file_key_equal(const ez_file_key *a, const ez_file_key *b)
{
    return a->device == b->device && a->inode == b->inode && a->modified == b->modified &&
           a->size == b->size && strcmp(a->sum, b->sum) == 0;
}

static execz_status
cannot(execz_error *err, const char *verb, const char *path)
{
    return ez_plugin_fail(err, errno == ENOENT ? EZ_P_NO_FILE : EZ_P_UNREADABLE, "cannot %s %s: %s",
                          verb, path, g_strerror(errno));
}

/* A descriptor of the file, or -1.  O_NONBLOCK, or a FIFO of that name would hold us for ever. */
static int
open_file(const char *path, execz_error *err)
{
    g_autofree char *parent = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    int directory = ez_path_open_directory(parent, err);
    int fd;

    if (directory < 0) {
        return -1;
    }
    fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP) {
        ez_plugin_fail(err, EZ_P_SYMBOLIC_LINK,
                       "%s is a symbolic link, and whoever can write where it points chooses what "
                       "is loaded; fix: put the file itself there",
                       path);
    } else if (fd < 0) {
        cannot(err, "open", path);
    }
    close(directory);
    return fd;
}

static ez_file_key
key_of(const struct stat *facts)
{
    return (ez_file_key){
        .device = facts->st_dev,
        .inode = facts->st_ino,
        .modified = (int64_t)facts->st_mtim.tv_sec * EXECZ_SECOND + facts->st_mtim.tv_nsec,
        .size = facts->st_size,
    };
}

static execz_status
check_file(ez_image *self, execz_error *err)
{
    struct stat facts;

    if (fstat(self->fd, &facts) != 0) {
        return cannot(err, "examine", self->path);
    }
    if (!S_ISREG(facts.st_mode)) {
        return ez_plugin_fail(err, EZ_P_NOT_REGULAR, "%s is not a regular file", self->path);
    }
    if (facts.st_nlink != 1) {
        return ez_plugin_fail(err, EZ_P_HARD_LINK,
                              "%s has %lu names (hard links), and where the others are nobody "
                              "looks; fix: cp %s %s.new && mv %s.new %s",
                              self->path, (unsigned long)facts.st_nlink, self->path, self->path,
                              self->path, self->path);
    }
    if (facts.st_size > EZ_IMAGE_SIZE_MAX) {
        return ez_plugin_fail(err, EZ_P_TOO_LARGE,
                              "%s has %lld bytes, the limit is %lld (64 MiB); strip it", self->path,
                              (long long)facts.st_size, (long long)EZ_IMAGE_SIZE_MAX);
    }
    self->key = key_of(&facts);
    return ez_path_check_fd(self->fd, &facts, geteuid(), self->path, err);
}

static void
add_sum(ez_image *self)
{
    g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, self->bytes, self->size);

    g_strlcpy(self->key.sum, sum, sizeof self->key.sum);
}

static execz_status
read_bytes(ez_image *self, execz_error *err)
{
    size_t wanted = (size_t)self->key.size;

    self->bytes = g_malloc(wanted + 1);
    while (self->size < wanted) {
        ssize_t n =
            pread(self->fd, self->bytes + self->size, wanted - self->size, (off_t)self->size);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return cannot(err, "read", self->path);
        }
        if (n == 0) {
            return ez_plugin_fail(err, EZ_P_CHANGED, "%s became shorter while it was read",
                                  self->path);
        }
        self->size += (size_t)n;
    }
    add_sum(self);
    return EXECZ_OK;
}

/* The walk to it would be as safe, but a name that says where it leads can be read in a log. */
static execz_status
check_name(const char *path, execz_error *err)
{
    g_auto(GStrv) names = NULL;

    if (!g_path_is_absolute(path)) {
        return ez_plugin_fail(
            err, EZ_P_NOT_ABSOLUTE,
            "'%s' is not an absolute path, so what it names depends on where execz runs", path);
    }
    names = g_strsplit(path, "/", -1);
    if (strlen(path) >= PATH_MAX || g_strv_contains((const char *const *)names, "..")) {
        g_autofree char *plain = g_canonicalize_filename(path, NULL);

        return ez_plugin_fail(
            err, EZ_P_NOT_PLAIN,
            "a plugin's path has at most %d bytes and no '..', this one is '%.200s'; "
            "fix: write %.200s",
            PATH_MAX - 1, path, plain);
    }
    return EXECZ_OK;
}

ez_image *
ez_image_open(const char *path, execz_error *err)
{
    g_autoptr(ez_image) self = g_new0(ez_image, 1);

    self->path = g_strdup(path);
    self->fd = -1;
    if (check_name(path, err) != EXECZ_OK) {
        return NULL;
    }
    self->fd = open_file(path, err);
    if (self->fd < 0 || check_file(self, err) != EXECZ_OK || read_bytes(self, err) != EXECZ_OK) {
        return NULL;
    }
    return g_steal_pointer(&self);
}

ez_image *
ez_image_take(const char *path, int fd, execz_error *err)
{
    g_autoptr(ez_image) self = g_new0(ez_image, 1);
    struct stat facts;

    self->path = g_strdup(path);
    self->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (self->fd < 0 || fstat(self->fd, &facts) != 0) {
        cannot(err, "examine", path);
        return NULL;
    }
    self->key = key_of(&facts);
    self->sealed = (fcntl(self->fd, F_GET_SEALS) & F_SEAL_WRITE) != 0;
    return read_bytes(self, err) == EXECZ_OK ? g_steal_pointer(&self) : NULL;
}

static bool
write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

static int
open_memfd(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

    if (fd < 0 && errno == EINVAL) {
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    }
    return fd;
}

void
ez_image_seal(ez_image *self)
{
    g_autofree char *base = g_path_get_basename(self->path);
    g_autofree char *name = g_strndup(base, 200); /* memfd_create() takes 249 bytes */
    int fd = open_memfd(name);

    if (fd < 0) {
        return;
    }
    if (!write_all(fd, self->bytes, self->size) ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
        close(fd);
        return;
    }
    close(self->fd);
    self->fd = fd;
    self->sealed = true;
}

void
ez_image_free(ez_image *self)
{
    if (self == NULL) {
        return;
    }
    if (self->fd >= 0) {
        close(self->fd);
    }
    g_free(self->path);
    g_free(self->bytes);
    g_free(self);
}
