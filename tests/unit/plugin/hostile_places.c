/* SPDX-License-Identifier: MIT */
/* Files that others could exchange, because of where they are and whose they are. */
#include "hostile.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* ---- where it is and whose it is ------------------------------------------------------------ */

static void
for_everybody(victim *self)
{
    chmod(self->path, 0666);
}

static void
for_a_group(victim *self)
{
    (void)!chown(self->path, (uid_t)-1, getegid() == 0 ? 50 : getegid());
    chmod(self->path, 0664);
}

static void
in_a_directory_for_everybody(victim *self)
{
    chmod(self->directory, 0777);
}

static void
in_a_directory_for_a_group(victim *self)
{
    (void)!chown(self->directory, (uid_t)-1, getegid() == 0 ? 50 : getegid());
    chmod(self->directory, 0775);
}

static void
in_a_sticky_directory(victim *self)
{
    chmod(self->directory, 01777);
}

/* Moves it to a directory below. */
static void
move_down(victim *self)
{
    char *below = g_build_filename(self->directory, "below", NULL);
    char *path = g_build_filename(below, "canary.so", NULL);

    cr_assert(eq(int, mkdir(below, 0755), 0));
    fixture_remember(below);
    cr_assert(eq(int, rename(self->path, path), 0));
    fixture_remember(g_strdup(path));
    g_free(self->path);
    self->path = path;
}

static void
far_below_a_directory_for_everybody(victim *self)
{
    move_down(self);
    chmod(self->directory, 0777);
}

static void
as_a_symbolic_link(victim *self)
{
    g_autofree char *other = g_strconcat(self->path, ".1", NULL);

    cr_assert(eq(int, rename(self->path, other), 0));
    cr_assert(eq(int, symlink(other, self->path), 0));
    fixture_remember(g_steal_pointer(&other));
}

static void
with_a_hard_link(victim *self)
{
    char *other = g_strconcat(self->path, ".1", NULL);

    cr_assert(eq(int, link(self->path, other), 0));
    fixture_remember(other);
}

static void
as_a_fifo(victim *self)
{
    cr_assert(eq(int, unlink(self->path), 0));
    cr_assert(eq(int, mkfifo(self->path, 0600), 0));
}

static void
as_a_directory(victim *self)
{
    cr_assert(eq(int, unlink(self->path), 0));
    cr_assert(eq(int, mkdir(self->path, 0755), 0));
}

static void
larger_than_any_plugin(victim *self)
{
    cr_assert(eq(int, truncate(self->path, EZ_IMAGE_SIZE_MAX + 1), 0));
}

static void
nowhere(victim *self)
{
    unlink(self->path);
}

static void
by_a_relative_path(victim *self)
{
    cr_assert(eq(int, chdir(self->directory), 0));
    g_free(self->path);
    self->path = g_strdup("canary.so");
}

static void
by_a_winding_path(victim *self)
{
    char *path = g_strconcat(self->directory, "/../../", self->path, NULL);

    g_free(self->path);
    self->path = path;
}

Test(hostile, a_file_that_others_could_exchange_is_refused)
{
    static const hostile all[] = {
        {"writable by everybody", "P201", NULL, for_everybody},
        {"writable by a group", "P206", NULL, for_a_group},
        {"in a directory writable by everybody", "P207", NULL, in_a_directory_for_everybody},
        {"in a directory writable by a group", "P207", NULL, in_a_directory_for_a_group},
        {"in a sticky directory", "P207", NULL, in_a_sticky_directory},
        {"far below a writable directory", "P207", NULL, far_below_a_directory_for_everybody},
        {"a symbolic link", "P209", NULL, as_a_symbolic_link},
        {"with a hard link", "P210", NULL, with_a_hard_link},
        {"a FIFO", "P204", NULL, as_a_fifo},
        {"a directory", "P204", NULL, as_a_directory},
        {"too large", "P205", NULL, larger_than_any_plugin},
        {"missing", "P102", NULL, nowhere},
        {"by a relative path", "P103", NULL, by_a_relative_path},
        {"by a winding path", "P106", NULL, by_a_winding_path},
    };

    EXPECT_REFUSED(all);
}

static void
of_a_stranger(victim *self)
{
    cr_assert(eq(int, chown(self->path, 12345, 0), 0));
}

static void
in_a_directory_of_a_stranger(victim *self)
{
    cr_assert(eq(int, chown(self->directory, 12345, 0), 0));
}

/* Only root can give files away. */
Test(hostile, the_file_of_a_stranger_is_refused)
{
    static const hostile all[] = {
        {"of a stranger", "P202", NULL, of_a_stranger},
        {"in a directory of a stranger", "P208", NULL, in_a_directory_of_a_stranger},
    };

    if (geteuid() == 0) {
        EXPECT_REFUSED(all);
    }
}

/* The file is root's group's, which may write, and so may user 12345. */
static void
with_an_access_list(victim *self)
{
    struct {
        struct posix_acl_xattr_header header;
        struct posix_acl_xattr_entry entries[5];
    } list = {{GUINT32_TO_LE(POSIX_ACL_XATTR_VERSION)},
              {{GUINT16_TO_LE(ACL_USER_OBJ), GUINT16_TO_LE(6), UINT32_MAX},
               {GUINT16_TO_LE(ACL_USER), GUINT16_TO_LE(6), GUINT32_TO_LE(12345)},
               {GUINT16_TO_LE(ACL_GROUP_OBJ), GUINT16_TO_LE(4), UINT32_MAX},
               {GUINT16_TO_LE(ACL_MASK), GUINT16_TO_LE(6), UINT32_MAX},
               {GUINT16_TO_LE(ACL_OTHER), GUINT16_TO_LE(4), UINT32_MAX}}};

    if (setxattr(self->path, "system.posix_acl_access", &list, sizeof list, 0) != 0) {
        for_a_group(self); /* no lists on this file system: whoever has a group's right will do */
    }
}

Test(hostile, a_file_that_a_list_lets_a_stranger_write_is_refused)
{
    g_auto(victim) self = victim_make();
    execz_error err;

    victim_write(&self);
    with_an_access_list(&self);
    err = victim_load(self.path);
    cr_expect(strcmp(err.code, "P211") == 0 || strcmp(err.code, "P206") == 0, "%s", err.message);
}
