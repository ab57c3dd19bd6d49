from tests.unit.app.bench import bench

__all__ = ["bench"]
