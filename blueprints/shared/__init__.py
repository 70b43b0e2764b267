"""What every slice stands on; knows no noun of the business."""
