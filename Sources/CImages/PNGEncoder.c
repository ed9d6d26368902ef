#include "Pictures.h"

#include <png.h>

static png_image rgb(uint32_t width, uint32_t height) {
  return (png_image){.version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_RGB};
}

size_t picture_png_capacity(uint32_t width, uint32_t height) {
  const png_image image = rgb(width, height);
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}

size_t picture_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *bytes, size_t capacity) {
  png_image image = rgb(width, height);
  png_alloc_size_t size = capacity;
  const int done = png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL);
  png_image_free(&image);
  return done ? size : 0;
}
