/* SPDX-License-Identifier: MIT */
#include "plugin/verify.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a process of user 1000 says of such a file. */
static execz_error
judge(uid_t owner, gid_t group, mode_t mode)
{
    struct stat facts = {.st_uid = owner, .st_gid = group, .st_mode = mode};
    execz_error err = EXECZ_ERROR_INIT;

    ez_verify_stat(&facts, 1000, "file", "/p/x.so", &err);
    return err;
}

/* Opening path fails with this code. */
static execz_error
refusal_of(const char *path)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_image) image = ez_image_open(path, &err);

    cr_assert(eq(ptr, image, NULL));
    return err;
}

Test(verify, files_of_root_and_of_the_user_are_trusted)
{
    cr_expect(eq(int, judge(0, 0, 0644).status, EXECZ_OK));
    cr_expect(eq(int, judge(1000, 1000, 0600).status, EXECZ_OK));
    cr_expect(eq(int, judge(1000, 0, 0664).status, EXECZ_OK));
}

Test(verify, the_file_of_a_stranger_is_refused)
{
    cr_expect(eq(str, judge(1001, 1000, 0644).code, (char *)"P202"));
    cr_expect(
        eq(str, judge(1001, 1000, 0644).message,
           (char *)"the file /p/x.so belongs to user 1001, neither to root nor to the user who "
                   "runs execz (1000); fix: chown 1000 /p/x.so"));
}

Test(verify, what_a_group_may_write_is_refused)
{
    cr_expect(eq(str, judge(0, 50, 0664).code, (char *)"P201"));
    cr_expect(eq(str, judge(0, 50, 0664).message,
                 (char *)"the file /p/x.so is writable by group 50 (mode 0664); fix: chmod g-w "
                         "/p/x.so"));
}

Test(verify, what_everybody_may_write_is_refused)
{
    cr_expect(eq(str, judge(0, 0, 0646).message,
                 (char *)"the file /p/x.so is writable by everybody (mode 0646); fix: chmod o-w "
                         "/p/x.so"));
}

Test(verify, a_directory_that_others_may_write_is_refused)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "good.so", NULL);
    g_autofree char *expected =
        g_strdup_printf("the directory %s is writable by everybody (mode 1777); fix: chmod o-w %s",
                        directory, directory);

    fixture_install(directory, "good", "good.so");
    chmod(directory, 01777);
    cr_expect(eq(str, refusal_of(path).message, expected));
}

Test(verify, a_symbolic_link_is_refused)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "link.so", NULL);
    g_autofree char *target = fixture_path("good");
    execz_error err;

    cr_assert(eq(int, symlink(target, path), 0));
    err = refusal_of(path);
    unlink(path);
    cr_expect(eq(str, err.code, (char *)"P204"));
}

Test(verify, a_fifo_is_refused_at_once)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "fifo.so", NULL);
    g_autofree char *expected = g_strdup_printf("%s is not a regular file", path);
    execz_error err;

    cr_assert(eq(int, mkfifo(path, 0600), 0));
    err = refusal_of(path);
    unlink(path);
    cr_expect(eq(str, err.message, expected));
}

Test(verify, the_size_has_a_limit)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "good.so", NULL);
    g_autofree char *expected =
        g_strdup_printf("%s has 67108865 bytes, the limit is 67108864 (64 MiB); strip it", path);

    fixture_install(directory, "good", "good.so");
    cr_assert(eq(int, truncate(path, EZ_IMAGE_SIZE_MAX + 1), 0));
    cr_expect(eq(str, refusal_of(path).message, expected));
}

Test(verify, a_sealed_image_has_the_bytes_and_nobody_can_change_them)
{
    g_autofree char *path = fixture_path("good");
    g_autoptr(ez_image) image = ez_image_open(path, NULL);
    g_autofree char *copy = NULL;

    cr_assert(ne(ptr, image, NULL));
    ez_image_seal(image);
    if (!image->sealed) {
        cr_skip("this system refuses memfd");
    }
    copy = g_malloc(image->size);
    cr_assert(eq(sz, (size_t)pread(image->fd, copy, image->size, 0), image->size));
    cr_expect(eq(int, memcmp(copy, image->bytes, image->size), 0));
    cr_expect(eq(int, (int)pwrite(image->fd, "x", 1, 0), -1));
    cr_expect(eq(int, errno, EPERM));
    cr_expect(eq(int, fcntl(image->fd, F_GETFD), FD_CLOEXEC));
}
