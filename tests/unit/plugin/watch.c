/* SPDX-License-Identifier: MIT */
#include "plugin/watch.h"

#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static ez_plugin_watch *
watch_of(const char *directory)
{
    const char *directories[] = {directory, NULL};
    ez_plugin_watch *self = ez_plugin_watch_new(NULL);

    cr_assert(ne(ptr, self, NULL));
    ez_plugin_watch_set(self, directories);
    return self;
}

Test(watch, a_file_that_is_put_there_is_noticed)
{
    const char *directory = fixture_directory();
    g_autoptr(ez_plugin_watch) self = watch_of(directory);

    fixture_install(directory, "good", "good.so");
    cr_expect(ez_plugin_watch_wait(self, eventfd(0, EFD_CLOEXEC)));
}

Test(watch, a_directory_that_comes_later_is_noticed)
{
    g_autofree char *directory = g_build_filename(fixture_directory(), "later", NULL);
    g_autoptr(ez_plugin_watch) self = watch_of(directory);

    cr_assert(mkdir(directory, 0755) == 0);
    cr_expect(ez_plugin_watch_wait(self, eventfd(0, EFD_CLOEXEC)));
    (void)rmdir(directory);
}

Test(watch, a_directory_that_takes_the_place_of_a_link_is_noticed)
{
    g_autofree char *link = g_build_filename(fixture_directory(), "link", NULL);
    g_autofree char *other = g_build_filename(fixture_directory(), "other", NULL);
    g_autoptr(ez_plugin_watch) self = NULL;

    cr_assert(mkdir(other, 0755) == 0 && symlink(other, link) == 0);
    self = watch_of(link);
    cr_assert(unlink(link) == 0 && mkdir(link, 0755) == 0);
    cr_expect(ez_plugin_watch_wait(self, eventfd(0, EFD_CLOEXEC)));
    (void)rmdir(link);
    (void)rmdir(other);
}

Test(watch, who_is_told_to_stop_stops)
{
    g_autoptr(ez_plugin_watch) self = watch_of(fixture_directory());

    cr_expect(not(ez_plugin_watch_wait(self, eventfd(1, EFD_CLOEXEC))));
}

Test(watch, a_file_that_is_no_plugin_does_not_count)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "notes.txt", NULL);
    g_autoptr(ez_plugin_watch) self = watch_of(directory);
    int stop = eventfd(0, EFD_CLOEXEC);

    cr_assert(g_file_set_contents(path, "x", 1, NULL));
    (void)eventfd_write(stop, 1);
    cr_expect(not(ez_plugin_watch_wait(self, stop)));
    (void)unlink(path);
}

Test(watch, a_file_is_being_written_until_it_is_closed)
{
    g_autofree char *path = g_build_filename(fixture_directory(), "half.so", NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    cr_assert(fd >= 0);
    cr_expect(ez_plugin_is_being_written(path));
    close(fd);
    cr_expect(not(ez_plugin_is_being_written(path)));
    (void)unlink(path);
}
