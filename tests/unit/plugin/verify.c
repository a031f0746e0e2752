/* SPDX-License-Identifier: MIT */
#include "plugin/verify.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Opening path fails with this code. */
static execz_error
refusal_of(const char *path)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_image) image = ez_image_open(path, &err);

    cr_assert(eq(ptr, image, NULL));
    return err;
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
    cr_expect(eq(str, err.code, (char *)"P209"));
}

Test(verify, a_file_with_a_second_name_is_refused)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "good.so", NULL);
    g_autofree char *other = g_build_filename(directory, "other.so", NULL);
    g_autofree char *expected =
        g_strdup_printf("%s has 2 names (hard links), and where the others are nobody looks; fix: "
                        "cp %s %s.new && mv %s.new %s",
                        path, path, path, path, path);
    execz_error err;

    fixture_install(directory, "good", "good.so");
    cr_assert(eq(int, link(path, other), 0));
    err = refusal_of(path);
    unlink(other);
    cr_expect(eq(str, err.code, (char *)"P210"));
    cr_expect(eq(str, err.message, expected));
}

Test(verify, a_path_that_does_not_say_where_it_leads_is_refused)
{
    cr_expect(eq(str, refusal_of("good.so").code, (char *)"P103"));
    cr_expect(eq(str, refusal_of("").code, (char *)"P103"));
    cr_expect(eq(str, refusal_of("/usr/../tmp/good.so").code, (char *)"P106"));
    cr_expect(
        g_str_has_suffix(refusal_of("/usr/../tmp/good.so").message, "; fix: write /tmp/good.so"));
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
