from .gallery import browse as browse
